import { AdditiveAttention, CoverageAttention, DotAttention } from "@unroll/attention";
import { Adam, crossEntropy, grad, random, reshape, slice, square, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type Decoder, LuongDecoder, PointerGeneratorDecoder } from "../decoders";
import { RecurrentEncoder } from "../encoders";
import { bahdanauOf, encoderOf, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";
import { EncoderDecoder, type PairBatch } from "./encoder-decoder";

const gpu = useTestDevice();
const { V, E, H, B, S, T } = SIZES;
const IDS = { startId: 0, endId: 1 };

/** Targets [B, T] that end with token 1 at their lengths. */
function batchOf(seed: number, lengths = [4, 2, 3]): PairBatch {
  const values = random(seed).uniform(B * T, 2, V);
  const target = Uint32Array.from(values, (x, k) =>
    k % T === (lengths[Math.floor(k / T)] as number) - 1 ? 1 : Math.floor(x),
  );
  return {
    source: tokensOf(B, S, V, seed),
    sourceLengths: [5, 3, 1],
    target: tensor(target, { shape: [B, T] }),
    targetLengths: lengths,
  };
}

const withBahdanau = (cell: "lstm" | "gru" = "gru") => {
  const encoder = encoderOf(cell);
  return new EncoderDecoder(encoder, bahdanauOf(encoder, { cell }), IDS);
};

function luongOf({ inputFeeding = false, layers = 1 } = {}): EncoderDecoder<unknown> {
  const encoder = encoderOf("lstm", SIZES, layers);
  const sizes = { encoder, vocabularySize: V, embeddingSize: E, hiddenSize: encoder.memorySize };
  const attention = new DotAttention(encoder.memorySize);
  const decoder = new LuongDecoder({
    ...{ ...sizes, attention, cell: "lstm", layers, inputFeeding, bridge: "copy", readoutSize: 9, rng: random(2) },
  });
  return new EncoderDecoder<unknown>(encoder, decoder, IDS);
}

const models: Record<string, () => EncoderDecoder<unknown>> = {
  plain: () => {
    const encoder = encoderOf("gru");
    return new EncoderDecoder<unknown>(encoder, plainOf(encoder, "gru"), IDS);
  },
  Bahdanau: () => withBahdanau() as EncoderDecoder<unknown>,
  Luong: () => luongOf(),
  "Luong with input feeding": () => luongOf({ inputFeeding: true }),
  "Luong with input feeding, two layers": () => luongOf({ inputFeeding: true, layers: 2 }),
  "pointer-generator": () => pointerOf(),
};

function pointerOf(extraTokens = 2): EncoderDecoder<unknown> {
  const encoder = encoderOf("gru");
  const attention = new CoverageAttention(H, encoder.memorySize, { rng: random(3) });
  const decoder = new PointerGeneratorDecoder({
    ...{ encoder, attention, extraTokens, unknownId: 2, rng: random(2) },
    ...{ vocabularySize: V, embeddingSize: E, hiddenSize: H },
  });
  return new EncoderDecoder<unknown>(encoder, decoder, IDS);
}

describe.each(Object.entries(models))("%s", (_, make) => {
  test("says the same step by step as all at once", async () => {
    const model = make();
    const batch = batchOf(4);
    const logits = await model.forward(batch).data();
    let state = model.start(batch.source, { lengths: batch.sourceLengths });
    const size = model.decoder.vocabularySize;
    for (let t = 0; t < T; t++) {
      const read = t === 0 ? tensor(new Uint32Array(B)) : reshape(slice(batch.target, 1, t - 1, t), [B]);
      const result = model.step(state, read);
      state = result.state;
      const made = await result.logits.data();
      const wanted = Float32Array.from(made, (_x, k) => {
        return logits[(Math.floor(k / size) * T + t) * size + (k % size)] as number;
      });
      // ulps of elementwise kernels that contract differently, through T steps; logarithms of what cannot be said are −46
      expectClose(`step ${t}`, made, wanted, { absolute: 64 * 2 ** -24, relative: 16 * 2 ** -24 });
    }
  });

  test("what is padding changes no bit of the loss and its gradients", async () => {
    const model = make();
    const batch = batchOf(4);
    const other = (padding: Tensor, source: Tensor): PairBatch => ({ ...batch, target: padding, source });
    const data = async (of: PairBatch): Promise<unknown[]> => {
      const loss = model.loss(of);
      const gradients = grad(loss, model.parameters());
      return Promise.all([loss, ...gradients].map((tensor) => tensor.data()));
    };
    const changed = Uint32Array.from(await batch.target.data());
    changed[1 * T + 2] = 7; // past the second target's end
    const source = Uint32Array.from(await batch.source.data());
    source[2 * S + 1] = (source[2 * S + 1] as number) === 3 ? 4 : 3; // past the third source's end
    const got = await data(other(tensor(changed, { shape: [B, T] }), tensor(source, { shape: [B, S] })));
    expect(got).toEqual(await data(batch));
  });

  test("every parameter gets a gradient, and training lowers the loss in one submission a step", async () => {
    const model = make();
    const gradients = grad(model.loss(batchOf(4)), model.parameters());
    for (const [k, name] of [...model.namedParameters().keys()].entries()) {
      expect(await sum(square(gradients[k] as Tensor)).item(), name).toBeGreaterThan(0);
    }
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    const { counters } = gpu.device;
    const first = await model.loss(batchOf(4)).item();
    let after = counters.snapshot();
    for (let step = 0; step < 20; step++) {
      if (step === 3) after = counters.snapshot();
      await learn(optimizer, model.loss(batchOf(4), { labelSmoothing: 0.1 }));
    }
    const { buffers, bindGroups, pipelines, submissions } = counters.since(after);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
      submissions: 17,
    });
    expect(await model.loss(batchOf(4)).item()).toBeLessThan(0.8 * first);
    optimizer.dispose();
  });
});

test("label smoothing spreads a part of each target over all tokens", async () => {
  const model = withBahdanau();
  const batch = { ...batchOf(4, [4, 4, 4]), targetLengths: undefined };
  const wanted = crossEntropy(model.forward(batch), batch.target, { labelSmoothing: 0.2 });
  expect(await model.loss(batch, { labelSmoothing: 0.2 }).item()).toBe(await wanted.item());
});

describe("scheduled sampling", () => {
  const lossOf = (model: EncoderDecoder<unknown>, probability: number, seed = 5): Tensor =>
    model.loss(batchOf(4), { sampling: { probability, rng: random(seed) } });
  const make = () => withBahdanau() as EncoderDecoder<unknown>;

  test("with probability 1 is teacher forcing", async () => {
    expect(await lossOf(make(), 1).item()).toBe(await make().loss(batchOf(4)).item());
  });

  test("draws afresh, alike for one seed", async () => {
    const losses = await Promise.all([5, 5, 6].map((seed) => lossOf(make(), 0, seed).item()));
    expect(losses[0]).toBe(losses[1]);
    expect(losses[0]).not.toBe(losses[2]);
  });

  test("reads its own token where the coin says so, and the target's elsewhere", async () => {
    // A decoder that says nothing but token 7, and tells in its logits what it read.
    const model = make();
    const read: Tensor[] = [];
    const step = model.decoder.step.bind(model.decoder);
    model.decoder.step = (state: unknown, tokens: Tensor) => {
      read.push(tokens);
      const result = step(state, tokens);
      const certain = tensor(
        Float32Array.from({ length: B * V }, (_x, k) => (k % V === 7 ? 100 : 0)),
        { shape: [B, V] },
      );
      return { ...result, logits: certain };
    };
    const counts = { own: 0, given: 0 };
    const target = tensor(new Uint32Array(B * T).fill(3).fill(1, B * T - 1), { shape: [B, T] });
    for (let seed = 0; seed < 40; seed++) {
      read.length = 0;
      model.decode({ ...batchOf(4), target }, { sampling: { probability: 0.75, rng: random(seed) } });
      for (const [t, tokens] of read.entries()) {
        const ids = await tokens.data();
        if (t === 0) expect([...ids]).toEqual([0, 0, 0]);
        else for (const id of ids) counts[id === 7 ? "own" : "given"] += id === 7 || id === 3 ? 1 : Number.NaN;
      }
    }
    expect(counts.own + counts.given).toBe(40 * B * (T - 1));
    // 360 draws of probability 1/4: 90 with a deviation of 8.2; six of those
    expect(Math.abs(counts.own - 90)).toBeLessThan(50);
  });

  test("falls from step to step without another plan, in one submission that allocates nothing", async () => {
    const model = make();
    const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
    const { counters } = gpu.device;
    let after = counters.snapshot();
    const rng = random(9);
    for (let step = 1; step <= 10; step++) {
      await learn(optimizer, model.loss(batchOf(4), { sampling: { probability: 0.9 ** step, rng } }));
      if (step === 3) after = counters.snapshot();
    }
    const { buffers, bindGroups, pipelines, submissions } = counters.since(after);
    expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
      ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
      submissions: 7,
    });
    optimizer.dispose();
  });
});

describe("a pointer-generator", () => {
  test("mixes what it says with what it copies, as eq. 9 has it", async () => {
    const model = pointerOf();
    const batch = {
      ...batchOf(4),
      copyIds: tensor(Uint32Array.of(3, 4, 11, 12, 4, 5, 3, 3, 0, 0, 6, 0, 0, 0, 0), { shape: [B, S] }),
    };
    const { logits, weights } = model.decode(batch);
    expect(model.decoder.vocabularySize).toBe(V + 2);
    const [log, attention, ids] = await Promise.all([logits.data(), (weights as Tensor).data(), batch.copyIds.data()]);
    for (let row = 0; row < B * T; row++) {
      const P = Array.from({ length: V + 2 }, (_x, v) => Math.exp(log[row * (V + 2) + v] as number));
      // a distribution: V + S terms that each have an error of a few ulp
      expect(P.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      const b = Math.floor(row / T);
      const copied = Array.from({ length: V + 2 }, (_x, v) =>
        Array.from({ length: S }, (_y, s) => (ids[b * S + s] === v ? (attention[row * S + s] as number) : 0)).reduce(
          (x, y) => x + y,
          0,
        ),
      );
      // tokens that are no word of the vocabulary can only be copied: their share tells 1 − p_gen
      const extra = (copied[V] as number) + (copied[V + 1] as number);
      const share = extra > 0 ? ((P[V] as number) + (P[V + 1] as number)) / extra : 0;
      expect(share).toBeLessThan(1);
      if (b !== 0) continue;
      expect(share).toBeGreaterThan(0);
      // what is left of each token is p_gen times what the vocabulary's softmax gives, which is above 0, and 0 for the others
      for (let v = 0; v < V; v++) expect(P[v]).toBeGreaterThan(share * (copied[v] as number));
      for (const v of [V, V + 1]) expect(P[v]).toBeCloseTo(share * (copied[v] as number), 6);
    }
  });

  test("a coverage loss is added", async () => {
    const model = pointerOf();
    const bare = await model.loss(batchOf(4)).item();
    const covered = await model.loss(batchOf(4), { coverage: 2 }).item();
    expect(covered).toBeGreaterThan(bare);
  });
});

test("how evenly sources are looked at does not depend on their padding", async () => {
  const model = withBahdanau();
  const batch = batchOf(4);
  const ids = await batch.source.data();
  const wider = Uint32Array.from(
    { length: B * (S + 3) },
    (_, k) => (k % (S + 3) < S ? ids[Math.floor(k / (S + 3)) * S + (k % (S + 3))] : 0) ?? 0,
  );
  const looked = async (of: PairBatch): Promise<number> => {
    const [bare, all] = [model.loss(of), model.loss(of, { doublyStochastic: 1 })];
    return (await all.item()) - (await bare.item());
  };
  const padded = { ...batch, source: tensor(wider, { shape: [B, S + 3] }) };
  // differences of two losses of a few units each, summed in another order
  expect(await looked(padded)).toBeCloseTo(await looked(batch), 5);
});

test.each(["lstm", "gru"] as const)("a model of %s computes in halves where the device has them", async (cell) => {
  const wanted = await withBahdanau(cell).loss(batchOf(4)).item();
  const model = withBahdanau(cell);
  model.half();
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  await withHalves(gpu.device, async () => {
    // weights and activations of 11 bits, in a loss near ln V whose sums have a few dozen terms
    expect(Math.abs((await model.loss(batchOf(4)).item()) - wanted)).toBeLessThan(0.02);
    for (let step = 0; step < 10; step++) await optimizer.minimize(model.loss(batchOf(4)));
    expect(await model.loss(batchOf(4)).item()).toBeLessThan(wanted);
  });
  optimizer.dispose();
});

test("parameters are named by where they are in the model", () => {
  const names = [...withBahdanau().namedParameters().keys()];
  expect(names).toMatchInlineSnapshot(`
    [
      "encoder.input.embedding.weight",
      "encoder.recurrent.weightIh.0",
      "encoder.recurrent.weightHh.0",
      "encoder.recurrent.bias.0",
      "encoder.recurrent.recurrentBias.0",
      "decoder.head.embedding.weight",
      "decoder.head.out.weight",
      "decoder.head.out.bias",
      "decoder.stack.layers.0.weightIh.0",
      "decoder.stack.layers.0.weightHh.0",
      "decoder.stack.layers.0.bias.0",
      "decoder.stack.layers.0.recurrentBias.0",
      "decoder.bridge.hidden.0.weight",
      "decoder.bridge.hidden.0.bias",
      "decoder.attention.queryWeight",
      "decoder.attention.keyWeight",
      "decoder.attention.vector",
      "decoder.context.weight",
    ]
  `);
});

test("tied embeddings are one parameter", async () => {
  const encoder = new RecurrentEncoder(H, { vocabularySize: V, embeddingSize: E, rng: random(1) });
  const decoder = tiedOf(encoder);
  expect([...decoder.namedParameters().keys()]).not.toContain("head.out.weight");
  const model = new EncoderDecoder<unknown>(encoder, decoder, IDS);
  for (const gradient of grad(model.loss(batchOf(4)), model.parameters())) {
    expect(await sum(square(gradient)).item()).toBeGreaterThan(0);
  }
});

function tiedOf(encoder: RecurrentEncoder): Decoder<unknown> {
  return new LuongDecoder({
    ...{ encoder, vocabularySize: V, embeddingSize: E, hiddenSize: H, readoutSize: E, tied: true, rng: random(2) },
    attention: new AdditiveAttention(H, encoder.memorySize, { rng: random(3) }),
  });
}
