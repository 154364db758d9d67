import { AdditiveAttention, doublyStochasticLoss, HardAttention } from "@unroll/attention";
import {
  Adam,
  add,
  crossEntropy,
  evaluate,
  explain,
  grad,
  load,
  random,
  reshape,
  save,
  sequenceMask,
  slice,
  square,
  sum,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { expectClose, learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { BahdanauDecoder } from "../decoders";
import type { PairBatch } from "../models";
import { beamSearch } from "../search";
import { numbers, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { Captioner } from "./captioner";
import { ConvolutionalGridEncoder } from "./convolutional-grid-encoder";

const gpu = useTestDevice();
const [B, T, V, H] = [3, 4, 11, 7];
const SIZE = 12;

interface Choice {
  readonly hard?: boolean;
  /** Probability that hard attention takes the expected value. */
  readonly expected?: number;
}

function captionerOf({ hard = false, expected = 0.5 }: Choice = {}): Captioner {
  const rng = random(1);
  const layers = [
    { channels: 5, kernelSize: 4 },
    { channels: 6, kernelSize: 2 },
  ];
  const encoder = new ConvolutionalGridEncoder({ imageSize: [SIZE, SIZE], layers, positions: true, rng });
  const soft = new AdditiveAttention(H, encoder.memorySize, { size: 5, rng });
  const attention = hard ? new HardAttention(soft, { rng: random(2), expected }) : soft;
  const decoder = new BahdanauDecoder({
    ...{ encoder, attention, cell: "lstm", gate: true, readout: "deep", rng },
    ...{ vocabularySize: V, embeddingSize: 5, hiddenSize: H },
  });
  return new Captioner(encoder, decoder, { startId: 0, endId: 1 });
}

function batchOf(lengths = [4, 2, 3], seed = 4): PairBatch & { target: Tensor } {
  const target = Uint32Array.from(random(seed).uniform(B * T, 2, V), (x, k) =>
    k % T === (lengths[Math.floor(k / T)] as number) - 1 ? 1 : Math.floor(x),
  );
  return {
    source: numbers([B, SIZE, SIZE, 3], seed),
    target: tensor(target, { shape: [B, T] }),
    targetLengths: lengths,
  };
}

const kinds: Record<string, Choice> = { soft: {}, hard: { hard: true } };

describe.each(Object.entries(kinds))("%s attention", (_, choice) => {
  test("every parameter gets a gradient, and a training step is one submission that allocates nothing", async () => {
    const model = captionerOf(choice);
    const gradients = grad(model.loss(batchOf()), model.parameters());
    for (const [k, name] of [...model.namedParameters().keys()].entries()) {
      expect(await sum(square(gradients[k] as Tensor)).item(), name).toBeGreaterThan(0);
    }
    const optimizer = new Adam(model.parameters(), { lr: 1e-2, clipNorm: 5 });
    const { counters } = gpu.device;
    let after = counters.snapshot();
    for (let step = 1; step <= 12; step++) {
      await learn(optimizer, model.loss(batchOf([4, 2, 3], step), { doublyStochastic: 0.1 }));
      if (step === 4) after = counters.snapshot();
    }
    const { buffers, bindGroups, pipelines, submissions } = counters.since(after);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
      submissions: 8,
    });
    optimizer.dispose();
  });

  test("is searched as any encoder-decoder, and says where it looked", async () => {
    const model = captionerOf(choice);
    model.eval();
    const found = await beamSearch(model.step, model.start(batchOf().source), {
      ...{ start: model.startId, end: model.endId, maxLength: 5, beam: 3, weights: true },
    });
    expect(found).toHaveLength(B);
    for (const [best] of found) {
      const { data, shape } = best?.weights ?? { data: [], shape: [0, 0] };
      expect(shape).toEqual([best?.length, 9]);
      for (let t = 0; t < (best?.length ?? 0); t++) {
        const row = Array.from(data.slice(t * 9, (t + 1) * 9));
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        if (choice.hard) expect(row.filter((weight) => weight === 1)).toHaveLength(1);
      }
    }
  });

  test("what is padding changes no bit of the loss and its gradients", async () => {
    const losses: unknown[] = [];
    for (const padding of [5, 9]) {
      const model = captionerOf(choice);
      const batch = batchOf();
      const target = Uint32Array.from(await batch.target.data());
      target[T + 2] = padding;
      const loss = model.loss({ ...batch, target: tensor(target, { shape: [B, T] }) }, { doublyStochastic: 0.3 });
      const gradients = grad(loss, model.parameters());
      await evaluate([loss, ...gradients]);
      losses.push(await Promise.all([loss, ...gradients].map((each) => each.data())));
    }
    expect(losses[0]).toEqual(losses[1]);
  });
});

test("the soft loss is that of words, and λ of what eq. 14 asks for", async () => {
  const model = captionerOf();
  const batch = batchOf();
  const { logits, weights } = model.decode(batch);
  const mask = sequenceMask([4, 2, 3], T);
  const steps = [4, 2, 3];
  const [words, looked] = [
    await crossEntropy(logits, batch.target, { mask }).item(),
    await doublyStochasticLoss(weights as Tensor, { steps }).item(),
  ];
  // two sums of a few dozen terms, rounded in another order
  expect(await model.loss(batch, { doublyStochastic: 0.5 }).item()).toBeCloseTo(words + 0.5 * looked, 5);
});

test("the hard loss is that of captions under their draws, whose log-probabilities end with the caption", async () => {
  const model = captionerOf({ hard: true, expected: 0 });
  const batch = batchOf();
  const { logits, draws, weights } = model.decode(batch);
  const losses = crossEntropy(logits, batch.target, { reduction: "none" });
  await evaluate([logits, losses, weights as Tensor, draws?.logProbability as Tensor, draws?.entropy as Tensor]);
  const [each, log, entropy] = [await losses.data(), await draws?.logProbability.data(), await draws?.entropy.data()];
  for (let b = 0; b < B; b++) {
    for (let t = 1; t < T; t++) {
      // sums over steps: a place less likely than all, and more entropy, each time
      expect(log?.[b * T + t]).toBeLessThan(log?.[b * T + t - 1] as number);
      expect(entropy?.[b * T + t]).toBeGreaterThan(entropy?.[b * T + t - 1] as number);
    }
  }
  const rows = [4, 2, 3].map((length, b) => {
    const nll = Array.from(each.slice(b * T, b * T + length)).reduce((a, x) => a + x, 0);
    return { nll, log: log?.[b * T + length - 1] as number, entropy: entropy?.[b * T + length - 1] as number };
  });
  // the baseline is 0 at first: −(log p + log p·log p(s̃) + 0.002·H), the mean of rows
  const wanted = rows.reduce((total, { nll, log: l, entropy: h }) => total + nll + nll * l - 0.002 * h, 0) / B;
  const again = captionerOf({ hard: true, expected: 0 }); // draws the same
  expectClose("loss", [await again.loss(batch).item()], [wanted], { absolute: 1e-4, relative: 1e-5 });
});

test("a captioner computes in halves where the device has them", async () => {
  const wanted = await captionerOf().loss(batchOf()).item();
  const model = captionerOf();
  model.half();
  await withHalves(gpu.device, async () => {
    // weights and activations of 11 bits, in a loss near ln V whose sums have a few dozen terms
    expect(Math.abs((await model.loss(batchOf()).item()) - wanted)).toBeLessThan(0.02);
  });
});

test("a hard model keeps its baseline with its weights", async () => {
  const model = captionerOf({ hard: true });
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  await optimizer.minimize(model.loss(batchOf()));
  const kept = await model.baseline?.value.data();
  expect(kept?.[0]).toBeLessThan(0);
  const other = captionerOf({ hard: true });
  await load(other, await save(model, {}));
  expect(await other.baseline?.value.data()).toEqual(kept);
  expect(captionerOf().baseline).toBeNull();
  optimizer.dispose();
});

test("says the same step by step as all at once", async () => {
  const model = captionerOf();
  const batch = batchOf([4, 4, 4]);
  const logits = await model.forward(batch).data();
  let state = model.start(batch.source);
  for (let t = 0; t < T; t++) {
    const read = t === 0 ? tensor(new Uint32Array(B)) : reshape(slice(batch.target, 1, t - 1, t), [B]);
    const result = model.step(state, read);
    state = result.state;
    const wanted = Float32Array.from({ length: B * V }, (_x, k) => {
      return logits[(Math.floor(k / V) * T + t) * V + (k % V)] as number;
    });
    // ulps of elementwise kernels that contract differently, through T steps
    expectClose(`step ${t}`, await result.logits.data(), wanted, { absolute: 64 * 2 ** -24 });
  }
});

/** Dispatches but for those that put arrays of several steps side by side: of these there is one to seven steps. */
async function dispatchesOf(of: Tensor): Promise<number> {
  const { calls } = await explain(of);
  return calls.reduce((sum, { kernel, dispatches }) => sum + (kernel === "concat" ? 0 : dispatches), 0);
}

test.each([
  { readout: "state", most: 6 },
  { readout: "attentional", most: 7 }, // contexts are read twice, so weights have a gradient of their own
] as const)(
  "a target step with a gate takes at most 4 dispatches forward and $most backward: readout of $readout",
  async ({ readout, most }) => {
    const count = async (steps: number) => {
      const rng = random(1);
      const [D, hiddenSize] = [8, 16];
      const encoder = { memorySize: D, stateSizes: [D], hasCell: false };
      const attention = new AdditiveAttention(hiddenSize, D, { size: 8, rng });
      const decoder = new BahdanauDecoder({
        ...{ encoder, attention, cell: "lstm", gate: true, readout, rng },
        ...{ vocabularySize: V, embeddingSize: 8, hiddenSize },
      });
      const encoded = {
        memory: numbers([B, 9, D], 7),
        ...{ lengths: undefined, state: [{ h: numbers([B, D], 6) }], grid: [3, 3] as const },
      };
      const loss = sum(square(decoder.forward(decoder.start(encoded), tokensOf(B, steps, V, 5))));
      const gradients = grad(loss, decoder.parameters());
      const all = gradients.map((gradient) => sum(gradient)).reduce((x, y) => add(x, y));
      return { forward: await dispatchesOf(loss), all: await dispatchesOf(all) };
    };
    const [short, long] = [await count(14), await count(28)];
    const forward = Math.round((long.forward - short.forward) / 14);
    const backward = Math.round((long.all - long.forward - (short.all - short.forward)) / 14);
    expect(forward).toBeLessThanOrEqual(4);
    expect(backward).toBeLessThanOrEqual(most);
  },
);
