import { normal } from "@unroll/testing";
import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { checkBackward, checkExact, checkForward, realInputs } from "../test-support/scan-checks";
import { lstmReference } from "./lstm.reference";
import { packLstmReference, padLstmReference } from "./pack.reference";
import { packLstm, padLstm } from "./pack-lstm";
import { peepholeGradient } from "./peephole";
import { type Case, keep, lengthsOf, optionFamilies } from "./scan.families";
import { scanReference } from "./scan.reference";

const holder = useTestDevice();

const sizes: (Case & { why: string })[] = [
  { D: 2, B: 5, T: 5, H: 35, lengths: [5, 0, 3, 1, 5], why: "a tile of rows and one more, both directions" },
  { D: 1, B: 9, T: 3, H: 66, reverse: true, without: ["h0", "c0"], why: "backwards, no initial state, all rows whole" },
];

describe.each(optionFamilies)("$name", (family) => {
  test.each(sizes)("forward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    await checkForward(holder.device, family, size, keep(realInputs(family, size), family, size));
  });

  test.each(sizes)("backward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    const inputs = keep(realInputs(family, size), family, size);
    const dy = normal([size.B, size.T, size.D, family.P?.(size.H) ?? size.H], { seed: 9 });
    await checkBackward(holder.device, family, size, inputs, dy);
  });

  test.each([
    { D: 2, B: 9, T: 2, H: 5, which: "linear" as const, lengths: [2, 1, 0, 2, 2, 2, 2, 2, 1], without: ["h0", "c0"] },
  ])("is exact in whole numbers at [$B, $T, $D, $H]: no term is lost or taken twice", async (size) => {
    await checkExact(holder.device, family, size);
  });
});

test.each([
  { D: 1, G: 4, H: 1, P: 1, peepholes: true, projected: true },
  { D: 2, G: 4, H: 7, P: 3, peepholes: true, projected: true },
  { D: 2, G: 3, H: 6, P: 5, peepholes: true, projected: true },
  { D: 2, G: 3, H: 5, P: 5, peepholes: true, projected: false },
  { D: 1, G: 4, H: 66, P: 9, peepholes: false, projected: true },
  { D: 2, G: 4, H: 9, P: 9, peepholes: false, projected: false },
])("weights of $G gates, $H units and $P features are packed and padded: $peepholes, $projected", async (size) => {
  const { D, G, H, P, peepholes, projected } = size;
  const weights = {
    r: normal([D, G * H, P], { seed: 1 }),
    ...(peepholes ? { peephole: normal([D, H, G - 1], { seed: 2 }) } : {}),
    ...(projected ? { projection: normal([D, P, H], { seed: 3 }) } : {}),
  };
  const call = {
    dims: { D, G, H, P },
    options: { peepholes, projected },
    inputs: Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data])),
    tolerance: { absolute: 0 }, // they copy
  };
  await checkKernel(holder.device, packLstm, { ...call, expected: { rT: packLstmReference(weights, G) } });
  await checkKernel(holder.device, padLstm, { ...call, expected: { rows: padLstmReference(weights, G) } });
});

test.each([
  { D: 1, B: 1, T: 1, H: 1, coupled: false },
  { D: 2, B: 5, T: 6, H: 33, lengths: [6, 0, 3, 1, 6], coupled: false },
  { D: 2, B: 3, T: 4, H: 18, reverse: true, coupled: true },
])("peephole_gradient equals the reference at [$B, $T, $D, $H], coupled: $coupled", async ({ coupled, ...size }) => {
  const { D, B, T, H } = size;
  const K = coupled ? 2 : 3;
  const inputs = {
    gx: normal([B, T, D, (K + 1) * H], { seed: 1 }),
    r: normal([D, (K + 1) * H, H], { seed: 2, scale: 0.1 }),
    peephole: normal([D, H, K], { seed: 3, scale: 0.5 }),
  };
  const cell = lstmReference({ peepholes: true, coupled });
  const dy = normal([B, T, D, H], { seed: 4 });
  const all = scanReference(cell, size);
  const { cells } = all.run(inputs);
  const { dGx } = all.gradients(inputs, { dy });
  // Each row by itself, which is what the kernel sums.
  const parts = Array.from({ length: B }, (_, b) => {
    const alone = dy.data.map((value, n) => (Math.floor(n / (T * D * H)) === b ? value : 0));
    return Array.from(all.gradients(inputs, { dy: { ...dy, data: alone } }).dPeephole.data);
  });
  await checkKernel(holder.device, peepholeGradient, {
    dims: { D, B, T, H },
    options: { coupled },
    inputs: { dGates: dGx.data, cells: cells.data, ...lengthsOf(size) },
    expected: { parts: parts.flat() },
    // T products of inputs rounded once each, then T additions, of numbers below 16
    tolerance: { absolute: 4 * T * 16 * 2 ** -24 },
  });
});
