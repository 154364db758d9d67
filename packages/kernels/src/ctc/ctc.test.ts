import { type Float64Tensor, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { type CtcCall, ctcGradientReference, ctcReference, ctcUpstream, frame, logSum } from "./ctc.reference";
import { ctcForward } from "./walks";

/** ln of the sum over every path of T frames that says the target when repeats and blanks are taken out. */
function enumerate(call: CtcCall, b: number): number {
  const { C, L, blank, targets } = call;
  const length = call.inputLengths[b] as number;
  const target = Array.from({ length: call.targetLengths[b] as number }, (_, i) => targets[b * L + i]).join();
  const y = Array.from({ length }, (_, t) => frame(call, b, t));
  const found: number[] = [];
  for (let n = 0; n < C ** length; n++) {
    const path = Array.from({ length }, (_, t) => Math.floor(n / C ** t) % C);
    const says = path.filter((c, t) => c !== blank && c !== path[t - 1]).join();
    if (says === target) found.push(path.reduce((sum, c, t) => sum + (y[t]?.[c] as number), 0));
  }
  return logSum(...found);
}

const rows = [
  { why: "one label", targets: [1], T: 4 },
  { why: "two labels", targets: [2, 1], T: 5 },
  { why: "a repeated label", targets: [1, 1], T: 5 },
  { why: "a repeated label that just fits", targets: [1, 1], T: 3 },
  { why: "a repeated label that does not fit", targets: [1, 1], T: 2 },
  { why: "no label", targets: [], T: 4 },
  { why: "labels for every step", targets: [2, 1, 2], T: 3 },
  { why: "more labels than steps", targets: [2, 1, 2], T: 2 },
  { why: "one step", targets: [2], T: 1 },
  { why: "no step and no label", targets: [], T: 0 },
  { why: "no step for a label", targets: [1], T: 0 },
  { why: "three of a kind", targets: [1, 1, 1], T: 6 },
];

/** The same labels among other classes, with the blank in place `blank`. */
const shifted = (label: number, blank: number): number => (label + blank) % 3;

describe.each([0, 1, 2])("the reference equals the sum over all paths, blank %i", (blank) => {
  test.each(rows)("$why", ({ targets, T }) => {
    const call = {
      logits: normal([Math.max(T, 1), 3], { seed: 3, scale: 2 }).data,
      targets: targets.map((label) => shifted(label, blank)),
      inputLengths: [T],
      targetLengths: [targets.length],
      T,
      L: targets.length,
      C: 3,
      blank,
    };
    const all = enumerate(call, 0);
    const { loss, posterior } = ctcReference(call);
    if (all === Number.NEGATIVE_INFINITY) expect(loss[0]).toBe(Number.POSITIVE_INFINITY);
    else expect(loss[0]).toBeCloseTo(-all, 12);
    for (let t = 0; t < T; t++) {
      const S = 2 * targets.length + 1;
      const sum = posterior.subarray(t * S, (t + 1) * S).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(all === Number.NEGATIVE_INFINITY ? 0 : 1, 12);
    }
  });
});

test("reference gradients equal central differences (float64)", () => {
  const shape = { T: 6, L: 3, C: 4, blank: 2 };
  const batch = {
    ...shape,
    targets: [0, 1, 1, 3, 0, 0, 1, 1, 1, 0, 0, 0],
    inputLengths: [6, 4, 2, 5],
    targetLengths: [3, 1, 3, 0], // the third is impossible
  };
  const tensor = (of: number[], data: ArrayLike<number>): Float64Tensor => ({
    shape: of,
    data: Float64Array.from(data),
  });
  const possible = (losses: Float64Array): Float64Array => losses.map((loss) => (Number.isFinite(loss) ? loss : 0));
  const mean = (losses: Float64Array): number =>
    possible(losses).reduce((sum, loss, b) => sum + loss / Math.max(1, batch.targetLengths[b] as number), 0) / 4;
  const reference = {
    forward: ({ x }: { x: Float64Tensor }) => {
      const { loss } = ctcReference({ ...batch, logits: x.data });
      return { rows: tensor([4], possible(loss)), mean: tensor([], [mean(loss)]) };
    },
    backward: ({ x }: { x: Float64Tensor }, d: { rows: Float64Tensor; mean: Float64Tensor }) => {
      const shared = ctcUpstream(batch.targetLengths, "mean", d.mean.data[0] as number);
      const u = Array.from(d.rows.data, (value, b) => value + (shared[b] as number));
      return { x: tensor([4, 6, 4], ctcGradientReference({ ...batch, logits: x.data }, u)) };
    },
  };
  // truncation step²·|f'''|/6 ≈ 1e-10 and rounding ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
  const { worst, where } = gradcheck(reference, { x: normal([4, 6, 4], { seed: 5, scale: 2 }) });
  expect(worst, where).toBeLessThan(1e-6);
});

test("hand-worked: even classes, one label in two steps", () => {
  // Paths of (1) in two steps over {blank, 1}: 11, 01, 10 of the four.
  const call = {
    logits: [0, 0, 0, 0],
    targets: [1],
    inputLengths: [2],
    targetLengths: [1],
    T: 2,
    L: 1,
    C: 2,
    blank: 0,
  };
  const { loss, posterior } = ctcReference(call);
  expect(loss[0]).toBeCloseTo(-Math.log(3 / 4), 14);
  const third = 1 / 3;
  for (const [n, value] of [third, 2 * third, 0, 0, 2 * third, third].entries()) {
    expect(posterior[n]).toBeCloseTo(value, 14);
  }
});

test("a walk is cut so that no dispatch takes longer than the device allows", () => {
  const bindings = Object.keys(ctcForward.bindings);
  const repeats = (T: number, dispatchMilliseconds: number): number =>
    specialise(ctcForward, { dims: { B: 8, T, L: 200, C: 30 }, bindings }, { ...DEFAULT_LIMITS, dispatchMilliseconds })
      .repeat;
  expect(repeats(20, 100)).toBe(1);
  expect(repeats(2000, 100)).toBeGreaterThan(1);
  expect(repeats(2000, 10)).toBeGreaterThan(repeats(2000, 100));
  expect(repeats(2000, 1e-3)).toBe(250); // never less than the steps between two shifts
});
