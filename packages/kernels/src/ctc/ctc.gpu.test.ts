import { expectClose, integers, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, candidates, DEFAULT_LIMITS, type HostArray, runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { type CtcCall, ctcGradientReference, ctcReference, ctcUpstream } from "./ctc.reference";
import { ctcGradient, ctcIndex } from "./gradient";
import { ctcPosterior } from "./posterior";
import { ctcReduce } from "./reduce";
import { stateCount } from "./states";
import { rowStatistics } from "./statistics";
import { ctcBackward, ctcForward } from "./walks";

const gpu = useTestDevice();
const ULP = 2 ** -23;

interface Size {
  readonly B: number;
  readonly T: number;
  readonly L: number;
  readonly C: number;
  readonly blank: number;
}

const SIZES = [
  { B: 1, T: 1, L: 1, C: 2, blank: 0, why: "smallest" },
  { B: 5, T: 7, L: 3, C: 4, blank: 3, why: "blank last, some impossible" },
  { B: 4, T: 67, L: 13, C: 7, blank: 2, why: "blank amid, many repeats" },
  { B: 3, T: 120, L: 40, C: 67, blank: 0, why: "states of more than one turn of 32 lanes" },
  { B: 2, T: 400, L: 150, C: 29, blank: 28, why: "states of more than one turn of 256 lanes" },
];

/** Rows of all lengths, down to none; every other target holds repeats in a row. */
function makeCall({ B, T, L, C, blank }: Size, scale = 2): CtcCall {
  const targets = integers([B, L], { seed: 2, high: C - 1 }).data.map((c) => (c >= blank ? c + 1 : c));
  for (let n = 1; n < B * L; n += 5) targets[n] = targets[n - 1] as number;
  return {
    logits: normal([B, T, C], { seed: 1, scale }).data,
    targets,
    inputLengths: Array.from({ length: B }, (_, b) => Math.ceil((T * (B - b)) / B)),
    targetLengths: Array.from({ length: B }, (_, b) => Math.ceil((L * (B - b)) / B) - (b === 1 ? 1 : 0)),
    T,
    L,
    C,
    blank,
  };
}

const typed = (call: CtcCall) => ({
  logits: Float32Array.from(call.logits),
  targets: Int32Array.from(call.targets),
  inputLengths: Uint32Array.from(call.inputLengths),
  targetLengths: Uint32Array.from(call.targetLengths),
});
const dimsOf = ({ inputLengths: { length: B }, T, L, C }: CtcCall) => ({ B, T, L, C });

async function statisticsOf(call: CtcCall): Promise<Float32Array<ArrayBuffer>> {
  const { B, T, C } = dimsOf(call);
  const { logits } = typed(call);
  const { stats } = await runKernel(gpu.device, rowStatistics, { dims: { R: B * T, V: C }, inputs: { logits } });
  return stats as Float32Array<ArrayBuffer>;
}

/** Runs one walk, with or without cuts, in one of its forms. */
async function walk(kernel: AnyKernel, call: CtcCall, repeats?: number): Promise<Record<string, HostArray>> {
  const { targets, inputLengths, targetLengths, logits } = typed(call);
  const inputs = { logits, targets, inputLengths, targetLengths, stats: await statisticsOf(call) };
  const { repeat = () => 1, ...rest } = kernel;
  return runKernel(
    gpu.device,
    { ...rest, variants: [], repeat: repeats === undefined ? repeat : () => repeats } as AnyKernel,
    { dims: dimsOf(call), scalars: { blank: call.blank }, inputs } as Parameters<typeof runKernel>[2],
  );
}

/** All forms of a walk that the device runs. */
function formsOf(kernel: AnyKernel, call: CtcCall): AnyKernel[] {
  const has = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, true]));
  return candidates(kernel, { dims: dimsOf(call), options: {}, has }, gpu.device).map((form) => form.kernel);
}

/**
 * Error of one step of a walk, which those of all steps add up to at most: the emission's, with log's 2^-21 and Σ e^x's
 * (see the tests of softmax); that of `logAdd`, 2^-21 and 3 ulp of each exponential; three roundings of numbers that a
 * shift every 8 steps keeps below 8·20.
 */
const stepError = 2 * 2 ** -21 + (3 + 20 + 35) * ULP + 9 * ULP + 3 * 128 * (ULP / 2);

describe.each(SIZES)("[$B, $T, $C], up to $L labels: $why", (size) => {
  const call = makeCall(size);
  const { B, T, L, C } = size;
  const S = stateCount(L);
  const dims = { B, T, L, C };
  const expected = ctcReference(call);

  test.each([
    { name: "forward", kernel: ctcForward, out: "alpha" as const },
    { name: "backward", kernel: ctcBackward, out: "beta" as const },
  ])("$name, in all forms and cuts the same bits", async ({ kernel, out }) => {
    const forms = formsOf(kernel, call);
    const plain = await walk(kernel, call);
    const [offsets, states] = [plain.offsets as Float32Array, plain[out] as Float32Array];
    const sums = states.map((value, n) => value + (offsets[Math.floor(n / S)] as number));
    const reached = expected[out].map((value) => (value === Number.NEGATIVE_INFINITY ? -1e30 : value));
    // half an ulp of −ln p where the offset is added here
    expectClose(out, sums, reached, { absolute: T * stepError, relative: ULP, shape: [B, T, S] });
    if (out === "alpha") {
      expectClose("loss", plain.loss as Float32Array, expected.loss, { absolute: T * stepError, relative: ULP });
    }
    expect(forms.length).toBeGreaterThan(1);
    for (const form of forms) {
      for (const repeats of [1, 2, 5])
        expect(await walk(form, call, repeats), `${form.name} ${repeats}`).toEqual(plain);
    }
  });

  test("statistics and index", async () => {
    const { logits, targets, targetLengths } = typed(call);
    const values = Float64Array.from(call.logits);
    const flat = Array.from({ length: B * T }, (_, n) => values.subarray(n * C, (n + 1) * C));
    const stats = flat.flatMap((row) => {
      const highest = Math.max(...row);
      return [highest, Math.log(row.reduce((sum, x) => sum + Math.exp(x - highest), 0))];
    });
    await checkKernel(gpu.device, rowStatistics, {
      dims: { R: B * T, V: C },
      inputs: { logits },
      expected: { stats },
      tolerance: { absolute: 2 ** -21 + (3 + 20 + 35) * ULP, relative: 3 * ULP },
    });
    const index = call.targetLengths.flatMap((length, b) => {
      const labels = Array.from({ length: L }, (_, i) => call.targets[b * L + i] as number);
      const own = labels.slice(0, length);
      const places = own.map((_, i) => i).sort((i, j) => (own[i] as number) - (own[j] as number) || i - j);
      const starts = Array.from({ length: C + 1 }, (_, c) => own.filter((label) => label < c).length);
      return [...starts, ...places, ...labels.slice(length).map((_, i) => length + i)];
    });
    await checkKernel(gpu.device, ctcIndex, {
      dims: { B, L, C },
      inputs: { targets, targetLengths },
      expected: { index },
      tolerance: { absolute: 0 },
    });
  });

  test("posterior and gradient", async () => {
    const [{ alpha, loss }, { beta }] = [await walk(ctcForward, call), await walk(ctcBackward, call)];
    if (!alpha || !beta || !loss) throw new Error("Nothing came back.");
    // e^(α + β) is off by the steps of both walks, and so is the sum that it is divided by
    const posteriorError = 2 * (T * stepError + 64 * ULP);
    await checkKernel(gpu.device, ctcPosterior, {
      dims: { R: B * T, V: S },
      inputs: { alpha, beta },
      expected: { posterior: expected.posterior },
      tolerance: { absolute: posteriorError },
    });
    const { posterior } = await runKernel(gpu.device, ctcPosterior, {
      dims: { R: B * T, V: S },
      inputs: { alpha, beta },
    });
    const { targets, targetLengths, inputLengths, logits } = typed(call);
    const { index } = await runKernel(gpu.device, ctcIndex, { dims: { B, L, C }, inputs: { targets, targetLengths } });
    if (!posterior || !index) throw new Error("Nothing came back.");
    const stats = await statisticsOf(call);
    for (const reduction of ["none", "sum", "mean"] as const) {
      const dLoss = reduction === "none" ? normal([B], { seed: 4 }).data : Float64Array.of(0.75);
      const u = reduction === "none" ? dLoss : ctcUpstream(call.targetLengths, reduction, 0.75);
      await checkKernel(gpu.device, ctcGradient, {
        dims,
        scalars: { blank: call.blank },
        options: { reduction },
        inputs: { logits, stats, posterior, index, inputLengths, loss, dLoss },
        expected: { dLogits: ctcGradientReference(call, u) },
        // posteriors of a class add up to at most 1 and their errors are relative to them; p's is that of a softmax
        tolerance: { absolute: Math.max(...Array.from(u, Math.abs)) * (posteriorError + (S + 64) * ULP) },
      });
    }
  });
});

test("more labels than workgroup memory has room for: even classes, whose paths can be counted", async () => {
  // Without repeats in a row a target of L labels has (T + L)!/((2L)!·(T − L)!) paths of T steps, each of C^−T.
  const [T, L, C] = [1100, 1060, 4];
  const call: CtcCall = {
    logits: new Float64Array(T * C),
    targets: Array.from({ length: L }, (_, i) => 1 + (i % 3)),
    inputLengths: [T],
    targetLengths: [L],
    ...{ T, L, C, blank: 0 },
  };
  let paths = 0;
  for (let k = 1; k <= T - L; k++) paths += Math.log((2 * L + k) / k);
  const has = Object.fromEntries(Object.keys(ctcForward.bindings).map((name) => [name, true]));
  const { adapter, features } = gpu.device;
  const device = { adapter, features, limits: DEFAULT_LIMITS };
  expect(candidates(ctcForward, { dims: dimsOf(call), options: {}, has }, device)).toHaveLength(1);
  const { loss } = await walk(ctcForward, call);
  // every state has the same emissions, so an error of a step is one of `logAdd` and of roundings alone, and half of
  // them are exact; 1100 steps of at most 6 ulp of numbers up to 16
  expectClose("loss", loss as Float32Array, [T * Math.log(C) - paths], { absolute: T * 6 * 16 * (ULP / 2) });
});

test("neither padding nor other rows change a bit", async () => {
  const call = makeCall({ B: 3, T: 53, L: 9, C: 6, blank: 1 });
  const [T, L] = [80, 20];
  const wide: CtcCall = {
    ...call,
    T,
    L,
    logits: Float64Array.from({ length: 3 * T * 6 }, (_, n) => {
      const [b, t, c] = [Math.floor(n / (T * 6)), Math.floor(n / 6) % T, n % 6];
      return t < 53 ? (call.logits[(b * 53 + t) * 6 + c] as number) : 99;
    }),
    targets: Array.from({ length: 3 * L }, (_, n) =>
      n % L < 9 ? (call.targets[Math.floor(n / L) * 9 + (n % L)] as number) : 0,
    ),
  };
  for (const [kernel, out] of [
    [ctcForward, "alpha"],
    [ctcBackward, "beta"],
  ] as const) {
    const [narrow, padded] = [await walk(kernel, call), await walk(kernel, wide)];
    if (out === "alpha") expect(padded.loss).toEqual(narrow.loss);
    for (const [b, length] of call.inputLengths.entries()) {
      const count = stateCount(call.targetLengths[b] as number);
      for (let t = 0; t < length; t++) {
        const from = (b * 53 + t) * stateCount(9);
        const at = (b * T + t) * stateCount(L);
        expect(padded[out]?.subarray(at, at + count)).toEqual(narrow[out]?.subarray(from, from + count));
      }
    }
  }
});

test("what is impossible has an infinite loss, and its states are masked", async () => {
  const call: CtcCall = {
    logits: new Float64Array(5 * 2 * 3),
    targets: [1, 1, 0, 0, 1, 2, 7, 0, -1, 0],
    inputLengths: [2, 0, 1, 2, 2], // a repeat, no step, too few steps, no class, a negative one
    targetLengths: [2, 1, 2, 1, 1],
    ...{ T: 2, L: 2, C: 3, blank: 0 },
  };
  for (const form of formsOf(ctcForward, call)) {
    const { loss } = await walk(form, call);
    expect([...(loss ?? [])]).toEqual(new Array(5).fill(Number.POSITIVE_INFINITY));
  }
  const { loss } = await walk(ctcForward, {
    ...call,
    targets: [0, 1, ...Array.from(call.targets).slice(2)],
    inputLengths: [2, 0, 2, 1, 0],
    targetLengths: [2, 0, 2, 0, 0],
  });
  // a label that is the blank; no step for no label; 1/9; 1/3; no step for no label
  expect(loss?.[0]).toBe(Number.POSITIVE_INFINITY);
  expectClose("loss", [...(loss ?? [])].slice(1), [0, 2 * Math.log(3), Math.log(3), 0], { absolute: 2 * stepError });
});

test("a NaN among the logits makes the loss NaN, not infinite", async () => {
  const call = makeCall({ B: 2, T: 9, L: 2, C: 4, blank: 0 });
  const logits = Float64Array.from(call.logits);
  logits[5] = Number.NaN;
  for (const form of formsOf(ctcForward, call)) {
    const { loss } = await walk(form, { ...call, logits });
    expect([...(loss ?? [])].map(Number.isNaN)).toEqual([true, false]);
  }
});

test("logits far apart, and masked ones", async () => {
  const logits = [1e4, 0, -1e4, 0, 3e4, 0, -1e30, 0, 0, 5, -1e30, -1e30];
  const call: CtcCall = { logits, targets: [1], inputLengths: [4], targetLengths: [1], T: 4, L: 1, C: 3, blank: 0 };
  const masked = logits.map((x) => (x <= -1e29 ? Number.NEGATIVE_INFINITY : x));
  const { loss } = await walk(ctcForward, call);
  expectClose("loss", loss as Float32Array, ctcReference({ ...call, logits: masked }).loss, {
    absolute: 4 * stepError,
    relative: 4 * ULP,
  });
});

test("a long row keeps its digits", async () => {
  const call = makeCall({ B: 1, T: 1000, L: 200, C: 12, blank: 0 });
  const { loss } = await walk(ctcForward, call);
  const [expected] = ctcReference(call).loss;
  // errors of steps are of either sign: √T of them
  expectClose("loss", loss as Float32Array, [expected as number], { absolute: 3 * Math.sqrt(1000) * stepError });
});

describe("ctcReduce", () => {
  const B = 300;
  const losses = normal([B], { seed: 8 }).data.map(Math.abs);
  const targetLengths = Uint32Array.from({ length: B }, (_, b) => b % 5);
  const total = (of: (loss: number, b: number) => number): number => losses.map(of).reduce((a, b) => a + b, 0);
  const perLabel = (loss: number, b: number): number => loss / Math.max(1, b % 5);
  const tolerance = { absolute: 0, relative: (260 / 2 + 3) * ULP };

  test("sum and mean", async () => {
    const check = { dims: { B }, inputs: { loss: losses, targetLengths }, tolerance };
    await checkKernel(gpu.device, ctcReduce, {
      ...check,
      options: { reduction: "sum" },
      expected: { reduced: [total((loss) => loss)] },
    });
    await checkKernel(gpu.device, ctcReduce, { ...check, expected: { reduced: [total(perLabel) / B] } });
  });

  test("an infinite loss makes all infinite, or counts nothing", async () => {
    const loss = Float32Array.from(losses);
    loss[7] = Number.POSITIVE_INFINITY;
    const without = losses.slice();
    without[7] = 0;
    const reduced = async (reduction: "none" | "sum" | "mean", zeroInfinity: boolean): Promise<number[]> => {
      const inputs = { loss, targetLengths };
      const call = { dims: { B }, options: { reduction, zeroInfinity }, inputs };
      return [...((await runKernel(gpu.device, ctcReduce, call)).reduced ?? [])];
    };
    expect(await reduced("sum", false)).toEqual([Number.POSITIVE_INFINITY]);
    expect(await reduced("mean", false)).toEqual([Number.POSITIVE_INFINITY]);
    expect(await reduced("none", false)).toEqual([...loss]);
    expect(await reduced("none", true)).toEqual([...without]);
    loss[8] = Number.NaN;
    expect(await reduced("sum", false)).toEqual([Number.NaN]);
    expect(await reduced("mean", true)).toEqual([Number.NaN]);
    loss[8] = Math.fround(losses[8] as number);
    expectClose("sum", await reduced("sum", true), [without.reduce((a, b) => a + b, 0)], tolerance);
  });
});
