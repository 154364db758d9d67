import { type Float64Tensor, integers, normal, uniform } from "@unroll/testing";
import { describe, test } from "vitest";
import { type HostArray, runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { elmanReference } from "./elman.reference";
import { padReference } from "./pack.reference";
import {
  type Arrays,
  type Case,
  dimsOf,
  type Family,
  families,
  forwardInputs,
  keep,
  lengthsOf,
  optionsOf,
  orderOf,
} from "./scan.families";
import { type ScanInputs, type ScanSizes, scanReference } from "./scan.reference";
import { stateGradient } from "./state";

const holder = useTestDevice();

/** Inputs of a layer. Σ_k |R[row, k]| ≤ 1/4, so that errors do not grow from step to step faster than the bounds say. */
function realInputs({ name, cell }: Family, { D, B, T, H, scale = 1, which = "usual" }: Case): ScanInputs {
  const GH = cell(which).G * H;
  return {
    gx: uniform([B, T, D, GH], { seed: name.length, low: -4 * scale, high: 4 * scale }),
    r: uniform([D, GH, H], { seed: 2, low: -0.25 / H, high: 0.25 / H }),
    h0: uniform([D, B, H], { seed: 3, low: -1, high: 1 }),
    c0: uniform([D, B, H], { seed: 4, low: -1, high: 1 }),
    bN: uniform([D, H], { seed: 5, low: -0.25, high: 0.25 }),
  };
}

/** Whole numbers −1, 0 and 1: with linear activations, everything made of them in two steps is exact in float32. */
function wholeInputs({ cell }: Family, { D, B, T, H }: Case): ScanInputs {
  const GH = cell("linear").G * H;
  const draw = (shape: number[], seed: number): Float64Tensor => integers(shape, { seed, low: -1, high: 2 });
  return {
    gx: draw([B, T, D, GH], 1),
    r: draw([D, GH, H], 2),
    h0: draw([D, B, H], 3),
    c0: draw([D, B, H], 4),
    bN: draw([D, H], 5),
  };
}

const ε = 2 ** -24;

/**
 * Forward bound. One step rounds its pre-activations, sums of H + 2 terms, by (H + 2)·ε·(|a| + 1), which σ and tanh pass
 * on times their slopes, by at most 0.7·(H + 2)·ε and 2.2·(H + 2)·ε for any a, and add errors of their own of 8ε and 16ε.
 * Three gates meet a factor of up to |c| + 1 ≤ 3 in all, the candidate one of 1: (3·0.7 + 2.2)·(H + 2) + 40 + 10 < 5H + 64.
 * An error of the state grows by at most 1 + 1/4·(1 + 3/4) < 1.5 in a step, for Σ_k |R[row, k]| ≤ 1/4.
 */
const forwardBound = ({ T, H }: ScanSizes): number => {
  let growth = 0;
  for (let t = 0; t < T; t++) growth += 1.5 ** t;
  return (5 * H + 64) * ε * growth;
};

/**
 * Backward bound, in units of the largest gradient A: one step sums 4H + 2 products and makes some 20 more roundings of
 * factors no greater than 3; a gradient's error at most doubles in a step, as Σ_row |R[row, k]| ≤ 1.
 */
const backwardBound = ({ T, H }: ScanSizes, largest: number): number => (4 * H + 64) * ε * (2 ** T - 1) * largest;

const largestOf = (arrays: Arrays): number =>
  Object.values(arrays).reduce((most, array) => Array.from(array).reduce((a, b) => Math.max(a, Math.abs(b)), most), 1);

const sizes: (Case & { why: string })[] = [
  { D: 1, B: 1, T: 1, H: 1, why: "smallest" },
  { D: 1, B: 3, T: 5, H: 67, lengths: [5, 0, 2], why: "rows one by one, a multiple of no tile" },
  { D: 1, B: 2, T: 4, H: 64, reverse: true, lengths: [4, 1], why: "whole tiles of units, backwards" },
  { D: 2, B: 5, T: 7, H: 33, lengths: [7, 0, 3, 1, 7], why: "a tile of rows and one more, both directions" },
  { D: 2, B: 4, T: 3, H: 6, reverse: true, why: "both directions backwards, all rows whole" },
  { D: 1, B: 5, T: 3, H: 9, without: ["h0", "c0", "bN"], lengths: [0, 0, 0, 0, 0], why: "no row has a step" },
  { D: 2, B: 9, T: 3, H: 35, lengths: [3, 2, 1, 0, 3, 2, 3, 3, 1], why: "a large tile of rows and one more" },
  { D: 1, B: 4, T: 4, H: 10, without: ["h0", "c0", "bN"], why: "no initial state" },
  { D: 2, B: 3, T: 5, H: 67, scale: 100, why: "saturated gates, where a plain exp overflows" },
];

describe.each(families)("$name", (family) => {
  test.each(sizes)("forward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    await checkForward(family, size, keep(realInputs(family, size), family, size), forwardBound(size));
  });

  test.each(sizes)("backward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    const inputs = keep(realInputs(family, size), family, size);
    await checkBackward(family, size, inputs, normal([size.B, size.T, size.D, size.H], { seed: 9 }));
  });

  test.each([
    { D: 2, B: 5, T: 1, H: 67, which: "linear" as const, lengths: [1, 1, 0, 1, 1] },
    { D: 2, B: 5, T: 2, H: 67, which: "linear" as const, lengths: [2, 1, 0, 2, 2], without: ["h0", "c0"] },
    { D: 2, B: 9, T: 2, H: 10, which: "linear" as const, lengths: [2, 1, 0, 2, 2, 2, 2, 2, 1], without: ["h0", "c0"] },
    { D: 1, B: 3, T: 2, H: 130, which: "linear" as const, reverse: true, without: ["h0", "c0"] },
  ])("is exact in whole numbers at [$B, $T, $D, $H]: no term is lost or taken twice", async (size) => {
    await checkExact(family, size);
  });
});

test("Elman with ReLU is exact in whole numbers", async () => {
  const activation = { name: "relu" } as const;
  const elman = families.find(({ name }) => name === "Elman");
  if (!elman) throw new Error("The families should hold Elman.");
  const family = { ...elman, options: () => ({ activation }), cell: () => elmanReference({ activation }) };
  await checkExact(family, { D: 2, B: 5, T: 3, H: 67, lengths: [3, 2, 0, 1, 3] });
});

let turn = 0;
/** Which variant the next check looks at: each in turn, so that over all cases every variant of every scan has some. */
const nextTurn = (): number => turn++;

async function checkForward(family: Family, size: Case, inputs: ScanInputs, absolute: number): Promise<void> {
  await checkKernel(holder.device, family.forward, {
    dims: dimsOf(size),
    options: optionsOf(family, size),
    inputs: forwardInputs(family, inputs, size),
    expected: family.outputs(scanReference(family.cell(size.which ?? "usual"), size).run(inputs)),
    tolerance: { absolute },
    variant: nextTurn(),
  });
}

async function checkExact(family: Family, size: Case): Promise<void> {
  const inputs = keep(wholeInputs(family, size), family, size);
  const dy = integers([size.B, size.T, size.D, size.H], { seed: 9, low: -1, high: 2 });
  await checkForward(family, size, inputs, 0);
  await checkBackward(family, size, inputs, dy, 0);
}

/** Checks the backward kernel fed by the reference's forward pass, and the gradient of h_0 made from what it leaves. */
async function checkBackward(family: Family, size: Case, inputs: ScanInputs, dy: Float64Tensor, tolerance?: number) {
  const reference = scanReference(family.cell(size.which ?? "usual"), size);
  const dcN = inputs.c0 ? { shape: inputs.c0.shape, data: inputs.c0.data.map((c) => -c) } : undefined;
  const gradients = reference.gradients(inputs, { dy, ...(dcN ? { dcN } : {}) });
  const expected = family.gradients(gradients);
  const absolute = tolerance ?? backwardBound(size, largestOf({ ...expected, dh0: gradients.dh0.data }));
  const rows = padReference(inputs.r);
  const call = {
    dims: dimsOf(size),
    options: optionsOf(family, size),
    inputs: {
      dy: dy.data,
      rows,
      ...orderOf(size),
      ...family.saved(reference.run(inputs)),
      ...(dcN ? { dcN: dcN.data } : {}),
    },
  };
  await checkKernel(holder.device, family.backward, {
    ...call,
    expected,
    tolerance: { absolute },
    variant: nextTurn(),
  });

  const given = Object.entries(call.inputs).map(([name, of]): [string, HostArray] => [
    name,
    name === "order" ? Uint32Array.from(of) : Float32Array.from(of),
  ]);
  const left = await runKernel(holder.device, family.backward, { ...call, inputs: Object.fromEntries(given) });
  await checkKernel(holder.device, stateGradient, {
    dims: { ...dimsOf(size), G: family.cell("usual").G },
    options: { reverse: size.reverse ?? false },
    inputs: { ...family.stateGradientInputs(left, rows), ...lengthsOf(size) },
    expected: { dh0: gradients.dh0.data },
    tolerance: { absolute },
  });
}
