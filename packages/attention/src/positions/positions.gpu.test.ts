import { evaluate, grad, mul, reshape, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { bitsOf, draws } from "../test-support/tensors";
import { LearnedPositions } from "./learned";
import { RotaryPositions } from "./rotary";
import { SinusoidalPositions } from "./sinusoidal";

useTestDevice();

/** Each pair of a head turned by its place's angle times `turn`, in float64. */
function rotated(
  x: Float64Array,
  [B, T, N, D]: readonly [number, number, number, number],
  {
    interleaved,
    R,
    place,
    turn,
  }: { interleaved: boolean; R: number; place: (b: number, t: number) => number; turn: number },
): Float64Array {
  const y = x.slice();
  for (let row = 0; row < B * T * N; row++) {
    const [b, t] = [Math.floor(row / (T * N)), Math.floor(row / N) % T];
    for (let i = 0; i < R / 2; i++) {
      const angle = turn * place(b, t) * 10_000 ** ((-2 * i) / R);
      const [one, two] = interleaved ? [2 * i, 2 * i + 1] : [i, i + R / 2];
      const [x1, x2] = [x[row * D + one] as number, x[row * D + two] as number];
      y[row * D + one] = x1 * Math.cos(angle) - x2 * Math.sin(angle);
      y[row * D + two] = x2 * Math.cos(angle) + x1 * Math.sin(angle);
    }
  }
  return y;
}

describe.each([
  { why: "halves", interleaved: false, R: 6, D: 6, offset: 0 },
  { why: "neighbours", interleaved: true, R: 6, D: 6, offset: 5 },
  { why: "part of the features, past the first table", interleaved: false, R: 4, D: 7, offset: 600 },
])("rotary positions, $why", ({ interleaved, R, D, offset }) => {
  test("turn pairs by their places' angles, and gradients back", async () => {
    const sizes = [2, 5, 3, D] as const;
    const data = normal(sizes, { seed: 1 }).data;
    const weights = normal(sizes, { seed: 2 }).data;
    const x = reshape(draws(sizes, 1), [2, 5, 3 * D]);
    const make = () => new RotaryPositions(D, { interleaved, rotated: R });
    const y = make().forward(x, { offset });
    const perRow = make().forward(x, { offset: tensor(Uint32Array.of(offset, 2)) });
    const [dx] = grad(sum(mul(y, reshape(draws(sizes, 2), y.shape))), [x]) as [Tensor];
    await evaluate([y, perRow, dx]);
    // cosines are rounded to float32 once, and two products and a sum of numbers up to 5 once each
    const absolute = 5 * 5 * 2 ** -24;
    const of = (values: Float64Array, turn: number, from = [offset, offset]) =>
      rotated(values, sizes, { interleaved, R, place: (b, t) => (from[b] as number) + t, turn });
    expectClose("y", await y.data(), of(data, 1), { absolute });
    expectClose("from places of each row", await perRow.data(), of(data, 1, [offset, 2]), { absolute });
    expectClose("dx", await dx.data(), of(weights, -1), { absolute });
  });
});

const learned = new LearnedPositions(20, 6);

test.each([
  { why: "sinusoidal", make: () => new SinusoidalPositions(6, { length: 4 }) },
  { why: "learned", make: () => learned },
])("$why positions from a place on are those of the whole sequence", async ({ make }) => {
  const x = draws([2, 4, 6], 1);
  const whole = make().forward(tensor(new Float32Array(2 * 12 * 6), { shape: [2, 12, 6] }));
  const part = make().forward(x, { offset: 8 });
  const parts = make().forward(x, { offset: tensor(Uint32Array.of(8, 3)) });
  await evaluate([whole, part, parts]);
  const [all, values] = [await whole.data(), await x.data()];
  const expected = (from: readonly number[]) =>
    values.map((value, at) => {
      const [b, t, d] = [Math.floor(at / 24), Math.floor(at / 6) % 4, at % 6];
      return value + (all[(b * 12 + (from[b] as number) + t) * 6 + d] as number);
    });
  expect(bitsOf(await part.data())).toEqual(bitsOf(expected([8, 8])));
  expect(bitsOf(await parts.data())).toEqual(bitsOf(expected([8, 3])));
});
