import { type Float64Tensor, integers, uniform } from "@unroll/testing";
import { type Device, type HostArray, runKernel } from "../core";
import { padReference } from "../rnn/pack.reference";
import {
  type Arrays,
  type Case,
  dimsOf,
  type Family,
  forwardInputs,
  keep,
  lengthsOf,
  optionsOf,
  orderOf,
} from "../rnn/scan.families";
import { type ScanInputs, type ScanSizes, scanReference } from "../rnn/scan.reference";
import { stateGradient } from "../rnn/state";
import { checkKernel } from "./check-kernel";

/**
 * Inputs of a layer. Σ_k |R[row, k]| ≤ 1/4, and the same of the projection ≤ 1 and of a peephole ≤ 1/8, so that errors
 * do not grow from step to step faster than the bounds say.
 */
export function realInputs(family: Family, { D, B, T, H, scale = 1, which = "usual" }: Case): ScanInputs {
  const { G } = family.cell(which, H);
  const GH = G * H;
  const P = family.P?.(H) ?? H;
  return {
    gx: uniform([B, T, D, GH], { seed: family.name.length, low: -4 * scale, high: 4 * scale }),
    r: uniform([D, GH, P], { seed: 2, low: -0.25 / P, high: 0.25 / P }),
    h0: uniform([D, B, P], { seed: 3, low: -1, high: 1 }),
    c0: uniform([D, B, H], { seed: 4, low: -1, high: 1 }),
    bN: uniform([D, H], { seed: 5, low: -0.25, high: 0.25 }),
    peephole: uniform([D, H, G - 1], { seed: 6, low: -0.125, high: 0.125 }),
    projection: uniform([D, P, H], { seed: 7, low: -1 / H, high: 1 / H }),
  };
}

/** Whole numbers −1, 0 and 1: with linear activations, everything made of them in two steps is exact in float32. */
function wholeInputs(family: Family, { D, B, T, H }: Case): ScanInputs {
  const { G } = family.cell("linear", H);
  const GH = G * H;
  const P = family.P?.(H) ?? H;
  const draw = (shape: number[], seed: number): Float64Tensor => integers(shape, { seed, low: -1, high: 2 });
  return {
    gx: draw([B, T, D, GH], 1),
    r: draw([D, GH, P], 2),
    h0: draw([D, B, P], 3),
    c0: draw([D, B, H], 4),
    bN: draw([D, H], 5),
    peephole: draw([D, H, G - 1], 6),
    projection: draw([D, P, H], 7),
  };
}

const ε = 2 ** -24;

/**
 * Forward bound. One step rounds its pre-activations, sums of H + 2 terms, by (H + 2)·ε·(|a| + 1), which σ and tanh pass
 * on times their slopes, by at most 0.7·(H + 2)·ε and 2.2·(H + 2)·ε for any a, and add errors of their own of 8ε and 16ε.
 * Three gates meet a factor of up to |c| + 1 ≤ 3 in all, the candidate one of 1: (3·0.7 + 2.2)·(H + 2) + 40 + 10 < 5H + 64.
 * An error of the state grows by at most 1 + 1/4·(1 + 3/4) < 1.5 in a step, for Σ_k |R[row, k]| ≤ 1/4. Peepholes let that
 * of c through three gates more, by 1/8·1/4·(1 + 3 + 1) < 0.2, and round once more each; a projection sums H products and
 * lets no error grow, for Σ_k |W[p, k]| ≤ 1: together 6H + 80, and 1.75.
 */
function forwardBound({ weights }: Family, { T, H }: ScanSizes): number {
  let growth = 0;
  for (let t = 0; t < T; t++) growth += (weights ? 1.75 : 1.5) ** t;
  return (weights ? 6 * H + 80 : 5 * H + 64) * ε * growth;
}

/**
 * Backward bound, in units of the largest gradient A: one step sums 4H + 2 products and makes some 20 more roundings of
 * factors no greater than 3; a gradient's error at most doubles in a step, as Σ_row |R[row, k]| ≤ 1. Peepholes add up to
 * 1/8·(1 + 3 + 1)·1/4 to that, a projection sums H products more and passes on no more than comes, as Σ_p |W[p, k]| ≤ 1:
 * together 5H + 80, and a factor of 2.25.
 */
function backwardBound({ weights }: Family, { T, H }: ScanSizes, largest: number): number {
  const growth = weights ? (2.25 ** T - 1) / 1.25 : 2 ** T - 1;
  return (weights ? 5 * H + 80 : 4 * H + 64) * ε * growth * largest;
}

const largestOf = (arrays: Arrays): number =>
  Object.values(arrays).reduce((most, array) => Array.from(array).reduce((a, b) => Math.max(a, Math.abs(b)), most), 1);

const referenceOf = (family: Family, size: Case) =>
  scanReference(family.cell(size.which ?? "usual", size.H), { ...size, P: family.P?.(size.H) });

let turn = 0;
/** Which variant the next check looks at: each in turn, so that over all cases every variant of every scan has some. */
const nextTurn = (): number => turn++;

/** Checks the forward kernel, and the bits of one of its variants. */
export async function checkForward(
  device: Device,
  family: Family,
  size: Case,
  inputs: ScanInputs,
  absolute = forwardBound(family, size),
): Promise<void> {
  const expected = family.outputs(referenceOf(family, size).run(inputs));
  await checkKernel(device, family.forward, {
    dims: dimsOf(size),
    options: optionsOf(family, size),
    inputs: forwardInputs(family, inputs, size),
    outputs: Object.keys(expected).filter((name) => family.forward.bindings[name]?.optional),
    expected,
    tolerance: { absolute },
    variant: nextTurn(),
  });
}

/** Checks both passes in whole numbers with linear activations, where float32 makes no error. */
export async function checkExact(device: Device, family: Family, size: Case): Promise<void> {
  const inputs = keep(wholeInputs(family, size), family, size);
  const dy = integers([size.B, size.T, size.D, family.P?.(size.H) ?? size.H], { seed: 9, low: -1, high: 2 });
  await checkForward(device, family, size, inputs, 0);
  await checkBackward(device, family, size, inputs, dy, 0);
}

/** Checks the backward kernel fed by the reference's forward pass, and the gradient of h_0 made from what it leaves. */
export async function checkBackward(
  device: Device,
  family: Family,
  size: Case,
  inputs: ScanInputs,
  dy: Float64Tensor,
  tolerance?: number,
): Promise<void> {
  const reference = referenceOf(family, size);
  const dcN = inputs.c0 ? { shape: inputs.c0.shape, data: inputs.c0.data.map((c) => -c) } : undefined;
  const gradients = reference.gradients(inputs, { dy, ...(dcN ? { dcN } : {}) });
  const expected = family.gradients(gradients);
  const absolute = tolerance ?? backwardBound(family, size, largestOf({ ...expected, dh0: gradients.dh0.data }));
  const rows = family.weights?.(inputs).rows ?? padReference(inputs.r);
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
  await checkKernel(device, family.backward, {
    ...call,
    expected,
    tolerance: { absolute },
    variant: nextTurn(),
  });

  const given = Object.entries(call.inputs).map(([name, of]): [string, HostArray] => [
    name,
    name === "order" ? Uint32Array.from(of) : Float32Array.from(of),
  ]);
  const left = await runKernel(device, family.backward, { ...call, inputs: Object.fromEntries(given) });
  const { H, D } = size;
  const P = family.P?.(H) ?? H;
  const { G } = family.cell("usual", H);
  const stride = rows.length / 4 / D;
  await checkKernel(device, stateGradient, {
    dims: { ...dimsOf(size), H: P, G },
    options: { reverse: size.reverse ?? false, ...(family.weights ? { units: size.H, stride } : {}) },
    inputs: { ...family.stateGradientInputs(left, rows, size.H), ...lengthsOf(size) },
    expected: { dh0: gradients.dh0.data },
    tolerance: { absolute },
  });
}
