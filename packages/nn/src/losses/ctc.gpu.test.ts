import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  ctcAlign,
  ctcBeamSearch,
  ctcGreedy,
  ctcLoss,
  ctcStates,
  evaluate,
  grad,
  Linear,
  NonFiniteLossError,
  permute,
  random,
  sum,
  type Tensor,
  tensor,
  train,
} from "..";
import { toTensor } from "../test-support/check-op";
import { type CTCExample, ctcLosses64 } from "../test-support/ctc.reference";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();
const example: CTCExample = { T: 5, C: 3, blank: 0, targets: [[1, 2], [1, 1], [2]], inputLengths: [5, 4, 3] };
const { inputLengths, targets } = example;
const values = normal([3, 5, 3], { seed: 1 });
/** See the kernels' tests: five steps of errors of at most 3.2e-5. */
const absolute = 5 * 3.2e-5;

const bits = async (of: Tensor): Promise<Uint32Array> => new Uint32Array(Float32Array.from(await of.data()).buffer);

async function lossAndGradient(run: (x: Tensor) => Tensor, x: Tensor): Promise<Uint32Array[]> {
  const loss = run(x);
  const [d] = grad(loss, [x]) as [Tensor];
  await evaluate([loss, d]);
  return [await bits(loss), await bits(d)];
}

test("every form of the same batch gives the same bits", async () => {
  const x = toTensor(values);
  const expected = await lossAndGradient((logits) => ctcLoss(logits, targets, { inputLengths }), x);
  const padded = tensor(Int32Array.of(1, 2, 0, 1, 1, 7, 2, -3, 0), { shape: [3, 3] });
  const forms: ((logits: Tensor) => Tensor)[] = [
    (logits) => ctcLoss(logits, padded, { inputLengths, targetLengths: [2, 2, 1] }),
    (logits) =>
      ctcLoss(logits, tensor(Int32Array.of(1, 2, 1, 1, 2)), {
        inputLengths: tensor(Uint32Array.from(inputLengths)),
        targetLengths: tensor(Int32Array.of(2, 2, 1)),
      }),
    // known on the device alone
    (logits) =>
      ctcLoss(logits, add(padded, 0), {
        inputLengths: add(tensor(Int32Array.from(inputLengths)), 0),
        targetLengths: add(tensor(Int32Array.of(2, 2, 1)), 0),
      }),
    (logits) => ctcLoss(permute(permute(logits, [1, 0, 2]), [1, 0, 2]), targets, { inputLengths }),
  ];
  for (const form of forms) expect(await lossAndGradient(form, x)).toEqual(expected);
  expectClose(
    "mean",
    new Float32Array(expected[0]?.buffer ?? new ArrayBuffer(0)),
    [ctcLosses64(values.data, example).reduce((sum, loss, b) => sum + loss / (targets[b]?.length as number), 0) / 3],
    { absolute },
  );
});

test("steps past a row's length have no gradient, whatever they hold", async () => {
  const x = toTensor(values);
  const [d] = grad(ctcLoss(x, targets, { inputLengths, reduction: "sum" }), [x]) as [Tensor];
  const gradient = await d.data();
  for (let n = 0; n < values.data.length; n++) {
    const isWithin = Math.floor(n / 3) % 5 < (inputLengths[Math.floor(n / 15)] as number);
    expect(gradient[n] !== 0, `element ${n}`).toBe(isWithin);
  }
});

describe("a target that cannot be aligned", () => {
  const short = { inputLengths: [5, 2, 3] }; // [1, 1] needs three steps
  const expected = ctcLosses64(values.data, { ...example, ...short });
  const onDevice = () => add(tensor(Int32Array.from(short.inputLengths)), 0);

  test("its loss is infinite, and its gradient and nobody else's is 0", async () => {
    const x = toTensor(values);
    const loss = ctcLoss(x, targets, { ...short, reduction: "none" });
    const [d] = grad(sum(loss), [x]) as [Tensor];
    await evaluate([loss, d]);
    expect((await loss.data())[1]).toBe(Number.POSITIVE_INFINITY);
    expectClose("losses", await loss.data(), expected, { absolute });
    const gradient = await d.data();
    expect(gradient.every(Number.isFinite)).toBe(true);
    expect(gradient.subarray(15, 30).every((value) => value === 0)).toBe(true);
    expect(gradient.subarray(0, 15).every((value) => value !== 0)).toBe(true);
  });

  test("zeroInfinity lets it count nothing", async () => {
    const x = toTensor(values);
    const options = { ...short, zeroInfinity: true };
    const [first, , third] = expected as [number, number, number];
    const none = ctcLoss(x, targets, { ...options, reduction: "none" });
    expectClose("none", await none.data(), [first, 0, third], { absolute });
    expectClose("sum", await ctcLoss(x, targets, { ...options, reduction: "sum" }).data(), [first + third], {
      absolute,
    });
    expectClose("mean", await ctcLoss(x, targets, options).data(), [(first / 2 + third) / 3], { absolute });
    const [d] = grad(ctcLoss(x, targets, options), [x]) as [Tensor];
    expect((await d.data()).subarray(15, 30).every((value) => value === 0)).toBe(true);
  });

  test("training stops at it where only the device knows, and changes no weight", async () => {
    const model = new Linear(3, 3, { rng: random(1) });
    const before = await model.weight.data();
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    const loss = (x: Tensor) => ctcLoss(model.forward(x), targets, { inputLengths: onDevice() });
    await expect(train({ model, optimizer, epochs: 1, batches: () => [toTensor(values)], loss })).rejects.toThrow(
      NonFiniteLossError,
    );
    expect(await model.weight.data()).toEqual(before);
  });
});

test("a step makes nothing after warm-up, whatever the lengths", async () => {
  const model = new Linear(3, 3, { rng: random(1) });
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  const { counters } = gpu.device;
  const losses: number[] = [];
  let warm = counters.snapshot();
  for (let step = 1; step <= 40; step++) {
    const lengths = [5, 3 + (step % 3), 2 + (step % 2)];
    const rows = step % 2 === 0 ? targets : [[2], [1, 2], []];
    const loss = ctcLoss(model.forward(toTensor(values)), rows, { inputLengths: lengths, zeroInfinity: true });
    await optimizer.minimize(loss);
    losses.push(await loss.item());
    loss.dispose();
    if (step === 4) warm = counters.snapshot();
  }
  const { pipelines, bindGroups, buffers } = counters.since(warm);
  expect({ pipelines, bindGroups, buffers }).toEqual({ pipelines: 0, bindGroups: 0, buffers: 0 });
  expect(losses.at(-2)).toBeLessThan(losses[0] as number);
});

test("states: α·β sums to the probability at every step, and the posterior is what it divides to", async () => {
  const states = ctcStates(toTensor(values), targets, { inputLengths });
  expect(states.alpha.shape).toEqual([3, 5, 17]);
  await evaluate([states.alpha, states.beta, states.posterior]);
  const [alpha, beta, posterior] = await Promise.all(
    [states.alpha, states.beta, states.posterior].map((of) => of.data()),
  );
  if (!alpha || !beta || !posterior) throw new Error("Nothing came back.");
  for (const [b, loss] of ctcLosses64(values.data, example).entries()) {
    for (let t = 0; t < (inputLengths[b] as number); t++) {
      const from = (b * 5 + t) * 17;
      const joint = Array.from({ length: 17 }, (_, s) =>
        Math.exp((alpha[from + s] as number) + (beta[from + s] as number)),
      );
      const total = joint.reduce((sum, p) => sum + p, 0);
      expectClose("α·β", [Math.log(total)], [-loss], { absolute: 2 * absolute });
      expectClose(
        "γ",
        posterior.subarray(from, from + 17),
        joint.map((p) => p / total),
        { absolute: 4 * absolute },
      );
    }
  }
});

test("decoders take tensors", async () => {
  const scores = toTensor(values);
  const host = { data: values.data, shape: values.shape };
  expect(await ctcGreedy(scores, { inputLengths })).toEqual(await ctcGreedy(host, { inputLengths }));
  expect(await ctcBeamSearch(scores, { inputLengths })).toEqual(await ctcBeamSearch(host, { inputLengths }));
  expect(await ctcAlign(scores, targets, { inputLengths })).toEqual(await ctcAlign(host, targets, { inputLengths }));
});
