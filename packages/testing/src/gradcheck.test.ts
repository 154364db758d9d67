import { expect, test } from "vitest";
import { gradcheck, type Reference } from "./gradcheck";
import { integers, normal } from "./inputs";
import type { Float64Tensor } from "./tensor";

type Inputs = { x: Float64Tensor; w: Float64Tensor; pick: Float64Tensor };
type Outputs = { y: Float64Tensor; sum: Float64Tensor };

/** y_i = tanh(x_i)·w_{pick_i}, sum = Σ x², with a derivative of w that can be made wrong by a factor. */
function scaledTanh(factorOfDw: number): Reference<Inputs, Outputs> {
  return {
    forward: ({ x, w, pick }) => ({
      y: { shape: x.shape, data: x.data.map((value, i) => Math.tanh(value) * (w.data[pick.data[i] ?? 0] ?? 0)) },
      sum: { shape: [], data: Float64Array.of(x.data.reduce((sum, value) => sum + value * value, 0)) },
    }),
    backward: ({ x, w, pick }, { y: dy, sum: dsum }) => {
      const dw = new Float64Array(w.data.length);
      const dx = x.data.map((value, i) => {
        const k = pick.data[i] ?? 0;
        dw[k] = (dw[k] ?? 0) + factorOfDw * (dy.data[i] ?? 0) * Math.tanh(value);
        return (dy.data[i] ?? 0) * (w.data[k] ?? 0) * (1 - Math.tanh(value) ** 2) + 2 * value * (dsum.data[0] ?? 0);
      });
      return { x: { shape: x.shape, data: dx }, w: { shape: w.shape, data: dw } };
    },
  };
}

const inputs = (): Inputs => ({
  x: normal([2, 3], { seed: 1 }),
  w: normal([4], { seed: 2 }),
  pick: integers([2, 3], { seed: 3, high: 4 }),
});

test("a right derivative agrees with central differences, and the inputs are left as they were", () => {
  const given = inputs();
  // truncation step² = 1e-10 and cancellation ε/step = 2e-11, over gradients as small as the floor 1e-3
  expect(gradcheck(scaledTanh(1), given, { step: 1e-5 }).worst).toBeLessThan(1e-7);
  expect(given).toEqual(inputs());
});

test("a derivative wrong by one part in a thousand is found, and named", () => {
  const { worst, where } = gradcheck(scaledTanh(1.001), inputs(), { step: 1e-5 });
  expect(worst).toBeGreaterThan(9e-4);
  expect(where).toMatch(/^w\[\d\]: backward says .*, differences say /);
});

test("a NaN from backward is the worst error there is", () => {
  expect(gradcheck(scaledTanh(Number.NaN), inputs()).worst).toBe(Number.POSITIVE_INFINITY);
});

test("an input that backward forgets is an error unless it is named constant", () => {
  const reference = scaledTanh(1);
  const forgetful: Reference<Inputs, Outputs> = {
    forward: reference.forward,
    backward: (at, dOutputs) => {
      const { x } = reference.backward(at, dOutputs);
      return x === undefined ? {} : { x };
    },
  };
  expect(() => gradcheck(forgetful, inputs())).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: backward should answer "w" but does not. Return its gradient or name it in constants.]`,
  );
  expect(gradcheck(forgetful, inputs(), { constants: ["w"] }).worst).toBeLessThan(1e-7);
});

test("a gradient of another shape is an error", () => {
  const reference = scaledTanh(1);
  const flat: Reference<Inputs, Outputs> = {
    forward: reference.forward,
    backward: (at, dOutputs) => ({ ...reference.backward(at, dOutputs), x: { ...at.x, shape: [6] } }),
  };
  expect(() => gradcheck(flat, inputs())).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: dx should be [2, 3] but is [6].]`,
  );
});
