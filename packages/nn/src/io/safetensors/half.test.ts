import { expect, test } from "vitest";
import { float32BitsOfBfloat, float32BitsOfHalf } from "./half";

/** The float32 of some bits, as a double. */
const float32 = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;

/** What a binary format's bits mean, by the definition of IEEE 754. */
function meaning(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

test.each([
  { name: "binary16", widen: float32BitsOfHalf, exponentBits: 5, fractionBits: 10 },
  { name: "bfloat16", widen: float32BitsOfBfloat, exponentBits: 8, fractionBits: 7 },
])("each of the 65,536 values of $name is exact in float32", ({ widen, exponentBits, fractionBits }) => {
  let wrong = 0;
  for (let bits = 0; bits < 65_536; bits++) {
    const expected = meaning(bits, exponentBits, fractionBits);
    if (!Object.is(float32(widen(bits)), expected)) wrong++;
  }
  expect(wrong).toBe(0);
});

test("the payload and sign of a NaN survive", () => {
  expect(float32BitsOfHalf(0xfe01)).toBe(0xffc02000);
  expect(float32BitsOfBfloat(0xffc1)).toBe(0xffc10000);
});
