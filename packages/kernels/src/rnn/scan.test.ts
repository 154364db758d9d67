import { gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { type AnyKernel, DEFAULT_LIMITS, specialise } from "../core";
import type { ActivationName } from "../wgsl/activation";
import { elmanBackward, elmanForward } from "./elman";
import { elmanReference } from "./elman.reference";
import { gruBackward, gruForward } from "./gru";
import { gruReference, gruResetBeforeReference } from "./gru.reference";
import { gruResetBeforeBackward, gruResetBeforeForward } from "./gru-reset-before";
import { lstmBackward, lstmForward } from "./lstm";
import { lstmReference } from "./lstm.reference";
import { lstmProjectedBackward, lstmProjectedForward } from "./lstm-projected";
import { type CellReference, layerReference } from "./scan.reference";

const as = (name: ActivationName) => ({ name });
const [gate, candidate, output] = [as("sigmoid"), as("tanh"), as("tanh")];

const cells: [name: string, cell: CellReference][] = [
  ["Elman, tanh", elmanReference({ activation: candidate })],
  ["Elman, softsign", elmanReference({ activation: as("softsign") })],
  ["LSTM", lstmReference({ gate, candidate, output })],
  ["LSTM, other activations", lstmReference({ gate: candidate, candidate: as("softplus"), output: as("softsign") })],
  ["LSTM with peepholes", lstmReference({ peepholes: true })],
  ["LSTM with coupled gates", lstmReference({ coupled: true })],
  ["LSTM with clipped gates", lstmReference({ clip: 0.7 })],
  ["LSTM with all options", lstmReference({ peepholes: true, coupled: true, clip: 1.1, gate: as("softsign") })],
  ["projected LSTM", lstmReference({ projection: 2 })],
  ["projected LSTM with all options", lstmReference({ projection: 2, peepholes: true, coupled: true, clip: 1.1 })],
  ["Elman, clipped", elmanReference({ activation: candidate, clip: 0.6 })],
  ["GRU, clipped", gruReference({ gate, candidate, clip: 0.8 })],
  ["GRU that resets before, clipped", gruResetBeforeReference({ gate, candidate, clip: 0.8 })],
  ["GRU", gruReference({ gate, candidate })],
  ["GRU, other activations", gruReference({ gate: as("softsign"), candidate: as("elu") })],
  ["GRU that resets before", gruResetBeforeReference({ gate, candidate })],
];

const directions = [
  { D: 1, reverse: false, lengths: undefined },
  { D: 1, reverse: true, lengths: [4, 0, 2] },
  { D: 2, reverse: false, lengths: [1, 4, 3] },
];

test.each(cells)("%s: reference gradients of a whole layer equal central differences (float64)", (name, cell) => {
  const [B, T, H, I] = [3, 4, 3, 2];
  const P = name.startsWith("projected") ? 2 : H;
  for (const { D, reverse, lengths } of directions) {
    const GH = cell.G * H;
    const inputs = {
      x: normal([B, T, I], { seed: 1 }),
      w: normal([D, GH, I], { seed: 2, scale: 0.5 }),
      b: normal([D, GH], { seed: 3, scale: 0.5 }),
      r: normal([D, GH, P], { seed: 4, scale: 0.5 }),
      h0: normal([D, B, P], { seed: 5 }),
      c0: normal([D, B, H], { seed: 6 }),
      bN: normal([D, H], { seed: 7 }),
      peephole: normal([D, H, cell.G - 1], { seed: 8, scale: 0.5 }),
      projection: normal([D, P, H], { seed: 9, scale: 0.5 }),
    };
    // truncation step² = 1e-10 and cancellation ε·|L|/step = 4e-10 for |L| about 20, over gradients floored at 1e-3
    const result = gradcheck(layerReference(cell, { D, B, T, H, P, lengths, reverse }), inputs, { step: 1e-5 });
    expect(result.worst, result.where).toBeLessThan(1e-6);
  }
});

/** All options that make a kernel's code longer, beside its defaults. */
const longest = (kernel: AnyKernel): object => {
  const { name } = kernel;
  if (name.startsWith("lstm_projected")) return { peepholes: true, clip: 1, projection: 30 };
  return name.startsWith("lstm") ? { peepholes: true, clip: 1 } : { clip: 1 };
};

const kernels: AnyKernel[] = [
  elmanForward,
  elmanBackward,
  lstmForward,
  lstmBackward,
  lstmProjectedForward,
  lstmProjectedBackward,
  gruForward,
  gruBackward,
  gruResetBeforeForward,
  gruResetBeforeBackward,
];

test.each(kernels.map((kernel) => [kernel.name, kernel] as const))(
  "%s compiles once for all batches, at WebGPU's default limits, and dispatches once a step",
  (_, kernel) => {
    // all the optional ones too, but for what a single step adds to its input: an LSTM's would be nine
    const bindings = Object.keys(kernel.bindings).filter((name) => name !== "more");
    const options = longest(kernel);
    const at = (B: number, T: number) =>
      specialise(kernel, { dims: { B, T, D: 2, H: 67 }, options, bindings }, DEFAULT_LIMITS);
    expect(at(64, 10).code).toBe(at(8, 33).code);
    expect(at(4, 10).code).toBe(at(7, 33).code);
    expect(at(3, 10).code).toBe(at(1, 2).code); // three widths of tile, by the batch
    expect(at(64, 10).repeat).toBe(10);
    expect(at(0, 10).plan.grid).toContain(0);
  },
);

test.each([gruForward, lstmForward, elmanForward])(
  "$name takes more input within WebGPU's default limits",
  (kernel) => {
    const bindings = Object.keys(kernel.bindings).filter((name) => name !== "order");
    const call = { dims: { B: 3, T: 1, D: 1, H: 67 }, options: longest(kernel), bindings };
    expect(specialise(kernel, call, DEFAULT_LIMITS).code).toContain("more[");
  },
);

test("a batch wider than the grid is refused by name", () => {
  const bindings = ["gx", "rT", "y"];
  const dims = { B: 8 * 65536, T: 1, D: 1, H: 1 };
  expect(() => specialise(elmanForward, { dims, bindings }, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
    `[DeviceLimitError: elman_forward: the grid should be at most 65535 workgroups an axis on this device but is 1 x 65536 x 1. Split the batch.]`,
  );
});
