/**
 * The bits of the float32 equal to an IEEE 754 binary16, given by its bits. Every half is exact in float32; the payload
 * of a NaN is kept.
 */
export function float32BitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0; // infinity and NaN
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0; // 127 − 15 = 112
  if (fraction === 0) return sign >>> 0;
  // Subnormal: fraction · 2^−24. Shift until the leading one leaves the fraction; each shift lowers the exponent.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

/** The bits of the float32 equal to a bfloat16: its upper half. */
export const float32BitsOfBfloat = (bfloat: number): number => (bfloat << 16) >>> 0;
