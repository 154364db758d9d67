import { type Float64Tensor, normal, uniform } from "@unroll/testing";
import { describe, test } from "vitest";
import { GUARD_WORD, roundToHalf, unpackHalves } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { packRecurrent, padRecurrent } from "./pack";
import { packReference, padReference } from "./pack.reference";
import {
  type Arrays,
  type Case,
  dimsOf,
  type Family,
  families,
  forwardInputs,
  keep,
  optionsOf,
  orderOf,
} from "./scan.families";
import { type ScanInputs, scanReference, UNWRITTEN } from "./scan.reference";

const gpu = useTestDevice();
const ε = 2 ** -24;
/** A rounding to the nearest half, of a number of size 1 at most. */
const η = 2 ** -12;

/** All that a model in halves stores so; cells and the carries of gradients stay f32. */
const HALVES = ["gx", "rT", "h0", "bN", "y", "gates", "states", "dy", "hPrev", "rows", "dGates", "dGx", "dGh"];

const rounded = ({ shape, data }: Float64Tensor): Float64Tensor => ({ shape, data: data.map(roundToHalf) });

/** What two neighbours hold where no kernel wrote to an array of halves. */
const UNWRITTEN_HALVES = unpackHalves(Uint32Array.of(GUARD_WORD).buffer, 2);

const inHalves = (arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [
      name,
      HALVES.includes(name)
        ? Float64Array.from(values, (value, n) => (value === UNWRITTEN ? (UNWRITTEN_HALVES[n % 2] ?? 0) : value))
        : values,
    ]),
  );

/** Inputs that halves hold. Σ_k |R[row, k]| ≤ 1/4, so that errors do not grow faster than the bounds say. */
function inputsOf({ name, cell }: Family, { D, B, T, H }: Case): ScanInputs {
  const GH = cell("usual").G * H;
  return {
    gx: rounded(uniform([B, T, D, GH], { seed: name.length, low: -4, high: 4 })),
    r: rounded(uniform([D, GH, H], { seed: 2, low: -0.25 / H, high: 0.25 / H })),
    h0: rounded(uniform([D, B, H], { seed: 3, low: -1, high: 1 })),
    c0: uniform([D, B, H], { seed: 4, low: -1, high: 1 }),
    bN: rounded(uniform([D, H], { seed: 5, low: -0.25, high: 0.25 })),
  };
}

const sizes: (Case & { why: string })[] = [
  { D: 1, B: 1, T: 1, H: 1, why: "smallest" },
  { D: 1, B: 3, T: 5, H: 67, lengths: [5, 0, 2], why: "an odd number of units, rows of several lengths" },
  { D: 2, B: 5, T: 4, H: 32, reverse: true, why: "both directions, whole tiles" },
];

describe.each(families)("$name in halves", (family) => {
  test.each(sizes)("forward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    const inputs = keep(inputsOf(family, size), family, size);
    // One step adds (5H + 64)·ε in f32, as in f32 storage. What it stores is rounded: y by η, by which the next step's
    // products are off in turn, times 1.5 at most; gates and states, one of which may exceed 1, by 2η once.
    const growth = Array.from({ length: size.T }, (_, t) => 1.5 ** t).reduce((a, b) => a + b);
    const absolute = ((5 * size.H + 64) * ε + 2 * η) * growth + 2 * η;
    await withHalves(gpu.device, () =>
      checkKernel(gpu.device, family.forward, {
        dims: dimsOf(size),
        options: { ...optionsOf(family, size), halves: HALVES },
        inputs: forwardInputs(family, inputs, size),
        expected: inHalves(family.outputs(scanReference(family.cell("usual"), size).run(inputs))),
        tolerance: { absolute },
        variant: size.B,
      }),
    );
  });

  test.each(sizes)("backward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    const inputs = keep(inputsOf(family, size), family, size);
    const reference = scanReference(family.cell("usual"), size);
    const saved = family.saved(reference.run(inputs));
    const dy = rounded(normal([size.B, size.T, size.D, size.H], { seed: 9 }));
    const expected = family.gradients(reference.gradients(inputs, { dy }));
    const largest = largestOf(expected);
    // What forward saved is off by 2η, and meets each gradient in at most four factors; each step rounds its own gradients.
    const absolute = ((4 * size.H + 64) * ε + 12 * η) * (2 ** size.T - 1) * largest;
    await withHalves(gpu.device, () =>
      checkKernel(gpu.device, family.backward, {
        dims: dimsOf(size),
        options: { ...optionsOf(family, size), halves: HALVES },
        inputs: { dy: dy.data, rows: padReference(inputs.r), ...orderOf(size), ...inHalves(saved) },
        expected,
        tolerance: { absolute },
        variant: size.B,
      }),
    );
  });
});

test.each([
  { D: 2, G: 4, H: 5 },
  { D: 1, G: 1, H: 7 },
  { D: 1, G: 3, H: 6 },
])("recurrent weights of $G gates and $H units are packed and padded without loss", async ({ D, G, H }) => {
  const r = rounded(normal([D, G * H, H], { seed: 1 }));
  const call = { dims: { D, G, H }, inputs: { r: r.data }, tolerance: { absolute: 0 } };
  await withHalves(gpu.device, async () => {
    await checkKernel(gpu.device, packRecurrent, {
      ...call,
      options: { halves: ["r", "rT"] },
      expected: { rT: packReference(r, G) },
    });
    await checkKernel(gpu.device, padRecurrent, {
      ...call,
      options: { halves: ["r", "rows"] },
      expected: { rows: padReference(r) },
    });
  });
});

test("a call that names no halves runs on any device, in f32", async () => {
  const [D, G, H] = [1, 4, 3];
  const r = normal([D, G * H, H], { seed: 2 });
  await checkKernel(gpu.device, packRecurrent, {
    dims: { D, G, H },
    options: { halves: [] },
    inputs: { r: r.data },
    expected: { rT: packReference(r, G) },
    tolerance: { absolute: 0 },
  });
});

const largestOf = (arrays: Arrays): number =>
  Object.values(arrays).reduce((most, array) => Array.from(array).reduce((a, b) => Math.max(a, Math.abs(b)), most), 1);
