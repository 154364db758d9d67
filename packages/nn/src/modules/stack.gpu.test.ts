import { type Device, open, useDevice } from "@unroll/kernels";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { add, cast, evaluate, explain, GRU, grad, LSTM, mul, RNN, random, sum, type Tensor, tensor } from "..";
import { bitsOf } from "../test-support/bits";

// Where a dispatch may last no time at all, sequence kernels make one for each step, and a wavefront saves some.
const devices: { layers: Device; wavefront: Device }[] = [];
beforeAll(async () => {
  const limits = import.meta.env.UNROLL_LIMITS === "default" ? ("default" as const) : ("raised" as const);
  const options = { limits, onWarning: () => undefined, choices: { policy: "expected" as const } };
  devices.push({
    layers: await open(options),
    wavefront: await open({ ...options, dispatchMilliseconds: 1e-9 }),
  });
});
afterAll(() => {
  for (const device of devices.flatMap((pair) => Object.values(pair))) device.dispose();
});

const kinds = { RNN, LSTM, GRU } as const;

interface Case {
  readonly L: number;
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly lengths?: readonly number[];
  readonly direction?: "reverse";
  /** Whether a state to start from is given. */
  readonly start?: boolean;
  readonly bias?: boolean;
  readonly clip?: number;
}

const cases: (Case & { why: string })[] = [
  { L: 2, B: 3, T: 6, H: 17, start: true, why: "an odd number of units, from a given state" },
  { L: 3, B: 4, T: 8, H: 16, lengths: [8, 1, 5, 0], start: true, why: "three layers, rows of several lengths" },
  { L: 2, B: 2, T: 5, H: 10, bias: false, why: "no biases, from zeros" },
  { L: 3, B: 2, T: 4, H: 8, lengths: [4, 2], direction: "reverse", why: "backwards" },
  { L: 2, B: 3, T: 5, H: 9, clip: 0.3, why: "clipped gates" },
];

/** What a stack gives on a device: values and gradients by name, and how its forward pass is planned. */
async function answer(device: Device, kind: keyof typeof kinds, size: Case) {
  const { L, B, T, H, lengths, direction = "forward", start = false, bias = true, clip } = size;
  useDevice(device);
  const rng = random(7);
  const module = new kinds[kind](5, H, { rng, layers: L, direction, bias, ...(clip ? { clip } : {}) });
  const x = tensor(rng.normal(B * T * 5), { shape: [B, T, 5] });
  const draw = (): Tensor => tensor(rng.normal(L * B * H), { shape: [L, B, H] });
  const [h0, c0] = [draw(), draw()];
  const shared = { lengths, allowEmpty: true };
  let results: Record<string, Tensor>;
  if (module instanceof LSTM) {
    const { output, state } = module.forward(x, { ...shared, ...(start ? { state: { h: h0, c: c0 } } : {}) });
    results = { output, h: state.h, c: state.c };
  } else {
    const { output, state } = module.forward(x, { ...shared, ...(start ? { state: h0 } : {}) });
    results = { output, h: state };
  }
  const weighted = Object.values(results).map((of) => sum(mul(of, tensor(rng.normal(of.size), { shape: of.shape }))));
  const loss = weighted.reduce((a, b) => add(a, b));
  const parameters = new Map(module.namedParameters());
  const of = new Map<string, Tensor>([["x", x], ...parameters, ...(start ? [["h0", h0] as const] : [])]);
  if (start && kind === "LSTM") of.set("c0", c0);
  const plan = await explain(loss);
  const gradients = grad(loss, [...of.values()]);
  for (const [n, name] of [...of.keys()].entries()) results[`d${name}`] = gradients[n] as Tensor;
  await evaluate(Object.values(results));
  const bits: Record<string, Uint32Array> = {};
  for (const [name, value] of Object.entries(results)) bits[name] = await bitsOf(value);
  return { bits, plan };
}

const scansOf = ({ calls }: Awaited<ReturnType<typeof explain>>) =>
  calls.filter(({ kernel }) => /^(elman|lstm|gru)_/.test(kernel));

describe.each(["RNN", "LSTM", "GRU"] as const)("stacked %s layers", (kind) => {
  // An Elman network that clips keeps more than a wavefront does, and is made layer by layer.
  test.each(cases.filter(({ clip }) => !clip || kind !== "RNN"))(
    "as a wavefront give the bits of layers one by one, gradients too: L $L, [$B, $T, $H], $why",
    async (size) => {
      const { L, T } = size;
      const [pair] = devices as [(typeof devices)[0]];
      const layers = await answer(pair.layers, kind, size);
      const wave = await answer(pair.wavefront, kind, size);
      expect(wave.bits).toEqual(layers.bits);
      expect(scansOf(layers.plan).map(({ kernel }) => kernel.includes("wavefront"))).toEqual(Array(L).fill(false));
      expect(scansOf(wave.plan).map(({ kernel, dispatches }) => [kernel.includes("wavefront"), dispatches])).toEqual([
        [true, T + L - 1],
      ]);
      const own = wave.plan.calls.filter(({ kernel }) => !/^(elementwise|reduce)_/.test(kernel)); // others are the loss's
      expect(own.reduce((total, { dispatches }) => total + dispatches, 0)).toBeLessThanOrEqual(T + L + 8 * L);
    },
  );
});

/** Kernels of the scans of a module's forward pass where a wavefront is welcome. */
async function scans(module: RNN | LSTM | GRU, { B = 2, T = 6 }: { B?: number; T?: number } = {}): Promise<string[]> {
  useDevice((devices as [(typeof devices)[0]])[0].wavefront);
  const x = tensor(random(1).normal(B * T * 5), { shape: [B, T, 5] });
  return scansOf(await explain(sum(module.forward(x).output))).map(({ kernel }) =>
    kernel.replace(/_steps.*|_seq.*/, ""),
  );
}

test("layers follow one another where they cannot, or need not, go side by side", async () => {
  const options = { layers: 2, rng: random(3) };
  expect(await scans(new LSTM(5, 8, options))).toEqual(["lstm_wavefront"]);
  expect(await scans(new LSTM(5, 8, options), { T: 1 })).toEqual(["lstm_forward", "lstm_forward"]);
  expect(await scans(new LSTM(5, 8, { ...options, direction: "bidirectional" }))).toHaveLength(2);
  expect(await scans(new GRU(5, 8, { ...options, reset: "before" }))).toHaveLength(2);
  expect(await scans(new LSTM(5, 8, { ...options, clip: 1 }))).toEqual(["lstm_wavefront"]);
  expect(await scans(new LSTM(5, 8, { ...options, peepholes: true }))).toEqual(["lstm_forward", "lstm_forward"]);
  expect(await scans(new LSTM(5, 8, { ...options, coupled: true }))).toHaveLength(2);
  expect(await scans(new LSTM(5, 8, { ...options, projSize: 3 }))).toEqual(Array(2).fill("lstm_projected_forward"));
  expect(await scans(new RNN(5, 8, { ...options, clip: 1 }))).toEqual(["elman_forward", "elman_forward"]);
  const dropped = new LSTM(5, 8, { ...options, dropout: 0.5 });
  expect(await scans(dropped)).toHaveLength(2);
  dropped.eval();
  expect(await scans(dropped)).toEqual(["lstm_wavefront"]);
});

/** Kernels that lead to a tensor, the last first, each by way of its first input. */
function kernelsBehind({ node }: Tensor): string[] {
  const kernels: string[] = [];
  while (node.kind === "view" || node.kind === "kernel") {
    if (node.kind === "kernel") kernels.push(node.kernel.name);
    node = (node.kind === "view" ? node.input : (Object.values(node.inputs)[0] as Tensor)).node;
  }
  return kernels;
}

test("a stack whose arrays are together too large to bind is made layer by layer", () => {
  const device = (devices as [(typeof devices)[0]])[0].wavefront;
  const most = device.limits.maxStorageBufferBindingSize;
  const [B, H] = [4, 64];
  const T = Math.floor(most / (B * H * 16)); // the gates of one layer may be bound, those of two may not
  useDevice(device);
  const x = tensor(new Float32Array(B * T * 1), { shape: [B, T, 1] });
  const module = new LSTM(1, H, { layers: 2, rng: random(3) });
  expect(kernelsBehind(module.forward(x).output)).toEqual(["lstm_forward", "matmul", "lstm_forward", "matmul"]);
});

test("a stack of which anything lies in halves is made layer by layer", () => {
  useDevice((devices as [(typeof devices)[0]])[0].wavefront);
  const [B, T, H] = [2, 6, 8];
  const x = tensor(random(1).normal(B * T * 5), { shape: [B, T, 5] });
  const state = tensor(random(2).normal(2 * B * H), { shape: [2, B, H] });
  const gru = (): GRU => new GRU(5, H, { layers: 2, rng: random(3) });
  const layers = ["gru_forward", "matmul", "gru_forward", "matmul"];
  expect(kernelsBehind(gru().forward(x, { state }).output)[0]).toBe("gru_wavefront");
  expect(kernelsBehind(gru().half().forward(x).output)).toEqual(layers);
  expect(kernelsBehind(gru().forward(cast(x, "f16")).output)).toEqual(layers);
  expect(kernelsBehind(gru().forward(x, { state: cast(state, "f16") }).output)).toEqual(layers);
});
