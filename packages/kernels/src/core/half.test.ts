import { describe, expect, test } from "vitest";
import { float32BitsOfHalf, packHalves, roundToHalf, unpackHalves } from "./half";

const float32 = (bits: number): number => new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
/** Every finite half that is not negative, in rising order. */
const all = Array.from({ length: 0x7c00 }, (_, bits) => float32(float32BitsOfHalf(bits)));

describe("rounding to a half", () => {
  test("leaves each half as it is, on both sides of zero", () => {
    expect(all.filter((half) => !Object.is(roundToHalf(half), half) || !Object.is(roundToHalf(-half), -half))).toEqual(
      [],
    );
  });

  test("takes the nearer of two neighbours, and between both the one whose last bit is 0", () => {
    const wrong = all.slice(1).filter((high, index) => {
      const low = all[index] as number; // `all` begins one before the slice
      const middle = (low + high) / 2;
      const even = index % 2 === 0 ? low : high;
      const nudge = (high - low) / 64;
      return (
        roundToHalf(middle - nudge) !== low || roundToHalf(middle + nudge) !== high || roundToHalf(middle) !== even
      );
    });
    expect(wrong).toEqual([]);
  });

  test("goes to infinity half a step past the largest, 65,504", () => {
    expect([65_504, 65_519.9, 65_520, 1e9, -65_520, Infinity].map(roundToHalf)).toEqual([
      65_504,
      65_504,
      Infinity,
      Infinity,
      -Infinity,
      Infinity,
    ]);
    expect(roundToHalf(Number.NaN)).toBeNaN();
  });
});

test("packed halves come back, the first of each word in its lower bits", () => {
  const values = [1, -2, 2 ** -24, -65_504, Infinity, -0, 1 / 3];
  const words = packHalves(values);
  expect([...words].map((word) => word.toString(16))).toEqual(["c0003c00", "fbff0001", "80007c00", "3555"]);
  expect([...unpackHalves(words.buffer, 7)]).toEqual([...values.slice(0, 6), roundToHalf(1 / 3)]);
  expect([...unpackHalves(packHalves([Number.NaN]).buffer, 1)]).toEqual([Number.NaN]);
});
