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

const word = new DataView(new ArrayBuffer(4));

/** The half nearest to a number, of two equally near the even one; infinite from 65,520 on. */
export function roundToHalf(value: number): number {
  const size = Math.abs(value);
  if (!(size < 65520)) return Number.isNaN(value) ? value : Math.sign(value) * Number.POSITIVE_INFINITY;
  word.setFloat32(0, size);
  const exponent = Math.max((word.getUint32(0) >>> 23) - 127, -14);
  const unit = 2 ** (exponent - 10); // halves of this size are multiples of it
  const scaled = value / unit;
  const whole = Math.floor(scaled);
  const over = scaled - whole;
  const up = over > 0.5 || (over === 0.5 && whole % 2 !== 0);
  return (up ? whole + 1 : whole) * unit;
}

/** The bits of a number that is a half already. */
function bitsOfHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent >= 31) return sign | 0x7c00 | (Number.isNaN(value) ? 0x200 : 0);
  if (exponent > 0) return sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
  return sign | (Math.abs(value) * 2 ** 24); // subnormal: a multiple of 2^−24
}

/** Numbers as halves, two to a word, the first in the lower bits: how f16 lies on the device. */
export function packHalves(values: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(values.length / 2));
  const halves = new Uint16Array(words.buffer);
  for (let i = 0; i < values.length; i++) halves[i] = bitsOfHalf(roundToHalf(values[i] as number));
  return words;
}

/** The first `count` halves of what lies on the device, as numbers. */
export function unpackHalves(bytes: ArrayBuffer, count: number): Float32Array<ArrayBuffer> {
  const halves = new Uint16Array(bytes);
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = float32BitsOfHalf(halves[i] as number);
  return new Float32Array(bits.buffer);
}
