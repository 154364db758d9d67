import { normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type HostArray, runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { adam } from "./adam";
import { gradientNorm, PARTIALS, sumOfSquares } from "./gradient-norm";
import { lossScale } from "./loss-scale";
import { type AdamSettings, adamReference, normReference, type SgdSettings, sgdReference } from "./optim.reference";
import { REPORT, REPORT_WORDS, readReport, reportWords } from "./report";
import { sgd } from "./sgd";

const gpu = useTestDevice();
const noClipping = { clipNorm: 0, clipValue: 0 };
const none = reportWords();
/** All parameters have the same settings. */
const alike = { P: 0, U: 0 };

/** Room for whole fours; what fills it must neither count nor change. */
function inFours(values: ArrayLike<number>, filler: number): Float32Array<ArrayBuffer> {
  const words = new Float32Array(Math.ceil(values.length / 4) * 4).fill(filler);
  words.set(values);
  return words;
}

/** A state and its gradient with room for whole fours; a gradient's filler would show in every sum. */
function allInFours(arrays: Readonly<Record<string, ArrayLike<number>>>): Record<string, Float32Array<ArrayBuffer>> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, values]) => [name, inFours(values, name === "gradients" ? 1e30 : 77)]),
  );
}

/** The report that two dispatches make of a gradient, starting from `before`. */
async function report(
  gradients: ArrayLike<number>,
  before = new Uint32Array(REPORT_WORDS),
  options = { scaled: false },
): Promise<Uint32Array<ArrayBuffer>> {
  const { sums, firstBad } = await runKernel(gpu.device, sumOfSquares, {
    dims: { n: gradients.length, first: 0 },
    inputs: { gradients: inFours(gradients, 1e30) },
  });
  const inputs = { sums: sums as HostArray, firstBad: firstBad as HostArray, report: before };
  const result = await runKernel(gpu.device, gradientNorm, { dims: {}, options, inputs });
  return Uint32Array.from(result.report ?? []);
}

describe("gradient norm", () => {
  test.each([
    { n: 1, why: "smallest" },
    { n: 67, why: "fewer than the partial sums" },
    { n: 4 * PARTIALS, why: "four for each" },
    { n: 12 * PARTIALS + 77, why: "a multiple of no partial sum" },
    { n: 1_000_003, why: "large" },
  ])("of $n elements equals the reference: $why", async ({ n }) => {
    const g = normal([n], { seed: 1 }).data;
    const { norm, finite, firstBad } = readReport(await report(g));
    // n/4P additions in a word, 2 in a partial sum, 32 in a lane, 6 in the tree, all of one sign; √ halves it and adds 4
    const relative = ((n / (4 * PARTIALS) + 2 + 32 + 8) / 2 + 4) * 2 ** -24;
    expect(Math.abs(norm - normReference(g)) / normReference(g)).toBeLessThan(relative);
    expect({ finite, firstBad }).toEqual({ finite: true, firstBad: undefined });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 2.5])("of a loss of %d is finite if the loss is", async (value) => {
    const arrays = { sums: new Float32Array(PARTIALS), firstBad: new Uint32Array(PARTIALS).fill(0xffffffff) };
    const inputs = { ...arrays, report: new Uint32Array(REPORT_WORDS), loss: Float32Array.of(value) };
    const result = await runKernel(gpu.device, gradientNorm, { dims: {}, inputs });
    const read = readReport(Uint32Array.from(result.report ?? []));
    expect(read).toMatchObject({ norm: 0, finite: Number.isFinite(value), firstBad: undefined });
  });

  test("each partial sum takes every 2048th four, words past the last count for nothing", async () => {
    const n = 4 * PARTIALS + 3;
    const gradients = inFours(normal([n], { seed: 2 }).data, Number.NaN);
    const sums = new Float64Array(PARTIALS);
    for (let i = 0; i < n; i++) {
      const p = Math.floor(i / 4) % PARTIALS;
      sums[p] = (sums[p] ?? 0) + (gradients[i] ?? 0) ** 2;
    }
    const expected = { sums, firstBad: new Uint32Array(PARTIALS).fill(0xffffffff) };
    const tolerance = { absolute: 1e-30, relative: 4 * 2 ** -24 }; // two fused additions and two plain ones
    await checkKernel(gpu.device, sumOfSquares, { dims: { n, first: 0 }, inputs: { gradients }, expected, tolerance });
  });

  test("of several arrays: each goes on from the sums of the one before, and places are counted over all", async () => {
    const sizes = [4 * PARTIALS + 128, 256, 128];
    const bad = [-1, 130, 3]; // the second array's is the first of all; both are in other partial sums
    let before: Record<string, HostArray> = {};
    let first = 0;
    const sums = new Float64Array(PARTIALS);
    const firstBad = new Uint32Array(PARTIALS).fill(0xffffffff);
    for (const [k, n] of sizes.entries()) {
      const gradients = Float32Array.from(normal([n], { seed: k + 1 }).data);
      if (bad[k] !== -1) gradients[bad[k] as number] = Number.NaN;
      for (const [i, g] of gradients.entries()) {
        const p = Math.floor(i / 4) % PARTIALS;
        if (Number.isNaN(g)) firstBad[p] = Math.min(firstBad[p] as number, first + i);
        else sums[p] = (sums[p] as number) + g * g;
      }
      const tolerance = { absolute: 1e-30, relative: 12 * 2 ** -24 }; // four roundings in each array, all of one sign
      const call = { dims: { n, first }, inputs: { gradients, ...before } };
      await checkKernel(gpu.device, sumOfSquares, { ...call, expected: { sums, firstBad }, tolerance });
      const made = await runKernel(gpu.device, sumOfSquares, call);
      before = { sumsBefore: made.sums as HostArray, firstBadBefore: made.firstBad as HostArray };
      first += n;
    }
    const inputs = { sums: before.sumsBefore as HostArray, firstBad: before.firstBadBefore as HostArray };
    const result = await runKernel(gpu.device, gradientNorm, {
      dims: {},
      inputs: { ...inputs, report: new Uint32Array(REPORT_WORDS) },
    });
    const told = readReport(Uint32Array.from(result.report ?? []));
    expect(told).toMatchObject({ finite: false, firstBad: 4 * PARTIALS + 128 + 130 });
  });

  test.each([
    { name: "infinity", value: Number.POSITIVE_INFINITY },
    { name: "NaN", value: Number.NaN },
  ])("$name is reported with its place, and the norm is that of the others", async ({ value }) => {
    const gradients = new Float32Array(20_000);
    gradients[3] = 4;
    gradients[19_000] = value;
    gradients[9_000] = value;
    expect(readReport(await report(gradients))).toMatchObject({ norm: 4, finite: false, firstBad: 9_000, skipped: 1 });
  });

  test("a sum of squares beyond f32 is not finite", async () => {
    const { finite, norm, firstBad } = readReport(await report(new Float32Array(100).fill(1e19)));
    expect({ finite, norm, firstBad }).toEqual({ finite: false, norm: Math.fround(3.4028234e38), firstBad: undefined });
  });

  test("no elements have norm 0, and the count of updates left out stays", async () => {
    expect(readReport(await report(new Float32Array(0), reportWords({ norm: 9, firstBad: 9, skipped: 5 })))).toEqual({
      norm: 0,
      finite: true,
      firstBad: undefined,
      skipped: 5,
      lossScale: 1,
    });
  });
});

describe("the scale of the loss", () => {
  const scaleOf = async (report: Uint32Array<ArrayBuffer>) =>
    (await runKernel(gpu.device, lossScale, { dims: {}, inputs: { report } })).scale?.[0];
  const gradient = [3, -4];

  test("begins at 2^16, and is taken out of the norm", async () => {
    expect(await scaleOf(new Uint32Array(REPORT_WORDS))).toBe(2 ** 16);
    const words = await report(
      gradient.map((g) => g * 2 ** 16),
      new Uint32Array(REPORT_WORDS),
      { scaled: true },
    );
    expect(readReport(words)).toMatchObject({ norm: 5, finite: true, lossScale: 2 ** 16 });
    expect(words[REPORT.good]).toBe(1);
    expect(new Float32Array(words.buffer)[REPORT.unscale]).toBe(2 ** -16);
  });

  test("is halved by a gradient that is not finite, and the count of good updates begins anew", async () => {
    const before = reportWords({ lossScale: 2 ** 10 });
    before[REPORT.good] = 1998;
    const words = await report([1, Number.POSITIVE_INFINITY], before, { scaled: true });
    expect(readReport(words)).toMatchObject({ finite: false, firstBad: 1, lossScale: 2 ** 9 });
    expect(words[REPORT.good]).toBe(0);
    expect(await scaleOf(words)).toBe(2 ** 9);
    expect(new Float32Array(words.buffer)[REPORT.unscale]).toBe(2 ** -10); // of this gradient, not of the next
  });

  test("is doubled by the 2,000th good update in a row", async () => {
    const before = reportWords({ lossScale: 2 ** 10 });
    before[REPORT.good] = 1998;
    const once = await report(gradient, before, { scaled: true });
    expect([readReport(once).lossScale, once[REPORT.good]]).toEqual([2 ** 10, 1999]);
    const twice = await report(gradient, once, { scaled: true });
    expect([readReport(twice).lossScale, twice[REPORT.good]]).toEqual([2 ** 11, 0]);
  });

  test("stays within what f32 holds with its inverse", async () => {
    const low = await report([Number.NaN], reportWords({ lossScale: 2 ** -64 }), { scaled: true });
    expect(readReport(low).lossScale).toBe(2 ** -64);
    const before = reportWords({ lossScale: 2 ** 64 });
    before[REPORT.good] = 1999;
    expect(readReport(await report(gradient, before, { scaled: true })).lossScale).toBe(2 ** 64);
  });

  test("is left alone by a loss that is not scaled", async () => {
    const words = await report([1, Number.NaN], reportWords({ lossScale: 2 ** 10 }));
    expect(readReport(words)).toMatchObject({ finite: false, lossScale: 2 ** 10 });
    expect(new Float32Array(words.buffer)[REPORT.unscale]).toBe(1);
  });

  test.each([sgd, adam])("$name makes of a scaled gradient, clipped, what it makes of the gradient", async (kernel) => {
    const n = 300;
    const { parameters, gradients, m, v, velocity } = inputs(n);
    const results = [];
    for (const scale of [1, 2 ** 12]) {
      const scaled = Float32Array.from(gradients, (g) => g * scale);
      const state = kernel === sgd ? { parameters, velocity } : { parameters, m, v };
      const made = await report(scaled, reportWords({ lossScale: scale }), { scaled: scale > 1 });
      const call = {
        dims: { n, ...alike },
        inputs: { ...allInFours(state), gradients: inFours(scaled, 0), report: made },
      };
      const { clipNorm, clipValue } = { clipNorm: 2, clipValue: 0.1 };
      const after =
        kernel === sgd
          ? await runKernel(gpu.device, sgd, {
              ...call,
              scalars: { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0.01, clipNorm, clipValue },
            })
          : await runKernel(gpu.device, adam, {
              ...call,
              scalars: {
                ...adamScalars({ lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, t: 3 }),
                clipNorm,
                clipValue,
              },
            });
      results.push(after.parameters);
    }
    expect(results[1]).toEqual(results[0]); // the scale is a power of two, so its inverse takes it out exactly
  });
});

const sizes = [1, 67, 4099];
/** Parameters, gradients and state of some size; `v` and what is kept of it are not negative. */
function inputs(n: number) {
  return {
    parameters: normal([n], { seed: 3 }).data,
    gradients: normal([n], { seed: 4, scale: 3 }).data,
    velocity: normal([n], { seed: 5 }).data,
    m: normal([n], { seed: 6 }).data,
    v: uniform([n], { seed: 7, low: 0.1, high: 2 }).data,
    largest: uniform([n], { seed: 8, low: 0.5, high: 1 }).data,
  };
}
// At most 12 roundings of numbers below 32, then the division and root of WGSL, 2.5 and 4 ulp, on a step below 32.
const tolerance = { absolute: 24 * 32 * 2 ** -24 };

describe("sgd equals the reference", () => {
  const base = { lr: 0.1, momentum: 0, dampening: 0, weightDecay: 0 };
  test.each<{ why: string; settings: SgdSettings; still?: true }>([
    { why: "plain", settings: base, still: true },
    { why: "weight decay", settings: { ...base, weightDecay: 0.3 }, still: true },
    { why: "momentum", settings: { ...base, momentum: 0.9 } },
    { why: "dampening and decay", settings: { ...base, momentum: 0.9, dampening: 0.4, weightDecay: 0.3 } },
    { why: "nesterov", settings: { ...base, momentum: 0.9, nesterov: true } },
    { why: "clipped by norm", settings: { ...base, momentum: 0.9, clipNorm: 1.5 } },
    { why: "clipped by value", settings: { ...base, clipValue: 0.5 }, still: true },
    { why: "clipped both ways", settings: { ...base, clipNorm: 40, clipValue: 0.5 }, still: true },
  ])("$why", async ({ settings, still }) => {
    for (const n of sizes) {
      const { parameters, gradients, velocity } = inputs(n);
      const state = { parameters, gradients, ...(still ? {} : { velocity }) };
      const { nesterov = false, ...scalars } = settings;
      await checkKernel(gpu.device, sgd, {
        dims: { n, ...alike },
        options: { nesterov },
        scalars: { momentum: 0, dampening: 0, weightDecay: 0, ...noClipping, ...scalars },
        inputs: { ...allInFours(state), report: await report(gradients) },
        expected: allInFours(sgdReference(state, settings)),
        tolerance,
      });
    }
  });
});

/** The kernel's numbers for a reference's settings. */
function adamScalars({ lr, beta1, beta2, eps, weightDecay = 0, t, clipNorm = 0, clipValue = 0 }: AdamSettings) {
  const corrections = { correction1: 1 - beta1 ** t, correction2: 1 - beta2 ** t };
  return {
    lr,
    oneMinusBeta1: 1 - beta1,
    oneMinusBeta2: 1 - beta2,
    eps,
    weightDecay,
    ...corrections,
    clipNorm,
    clipValue,
  };
}

describe("adam equals the reference", () => {
  const base: AdamSettings = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, t: 100 };
  test.each<{ why: string; settings: AdamSettings; amsgrad?: true }>([
    { why: "plain", settings: base },
    { why: "first update", settings: { ...base, t: 1 } },
    { why: "L2 decay", settings: { ...base, weightDecay: 0.3 } },
    { why: "AdamW", settings: { ...base, weightDecay: 0.3, decoupled: true } },
    { why: "AMSGrad", settings: base, amsgrad: true },
    { why: "clipped both ways", settings: { ...base, clipNorm: 40, clipValue: 0.5 } },
  ])("$why", async ({ settings, amsgrad }) => {
    for (const n of sizes) {
      const { parameters, gradients, m, v, largest } = inputs(n);
      const state = { parameters, gradients, m, v, ...(amsgrad ? { largest } : {}) };
      await checkKernel(gpu.device, adam, {
        dims: { n, ...alike },
        options: { decoupled: settings.decoupled ?? false },
        scalars: adamScalars(settings),
        inputs: { ...allInFours(state), report: await report(gradients) },
        expected: allInFours({ ...adamReference(state, settings) }),
        tolerance,
      });
    }
  });

  test("a small 1 − β₂ keeps its digits", async () => {
    const zeros = [0, 0, 0];
    const state = { parameters: zeros, m: zeros, v: zeros, gradients: [1, 2, 3] };
    const { v } = await runKernel(gpu.device, adam, {
      dims: { n: 3, ...alike },
      scalars: adamScalars({ ...base, t: 1 }),
      inputs: { ...allInFours(state), report: none },
    });
    // 0.001·g², one rounding of the factor and two of the products
    for (const [i, g] of [1, 2, 3].entries())
      expect(Math.abs((v?.[i] ?? 0) / (0.001 * g * g) - 1)).toBeLessThan(4 * 2 ** -24);
  });
});

test.each([sgd, adam])(
  "$name leaves everything as it was when the gradient is not finite, which the norm has counted",
  async (kernel) => {
    const n = 200;
    const arrays = inputs(n);
    const names =
      kernel === sgd ? (["parameters", "velocity"] as const) : (["parameters", "m", "v", "largest"] as const);
    const gradients = Float32Array.from(arrays.gradients);
    gradients[150] = Number.NaN;
    const before = Object.fromEntries(names.map((name) => [name, Float32Array.from(arrays[name])]));
    const bad = await report(gradients, reportWords({ skipped: 6 }));
    const call = { dims: { n, ...alike }, inputs: { ...before, gradients, report: bad } };
    const after =
      kernel === sgd
        ? await runKernel(gpu.device, sgd, {
            ...call,
            scalars: { lr: 1, momentum: 0.9, dampening: 0, weightDecay: 1, ...noClipping },
          })
        : await runKernel(gpu.device, adam, {
            ...call,
            scalars: adamScalars({ lr: 1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 1, t: 1 }),
          });
    for (const name of names) expect(after[name], name).toEqual(before[name]);
    expect(readReport(bad)).toMatchObject({
      finite: false,
      firstBad: 150,
      skipped: 7,
    });
  },
);
