import { tensor } from "@unroll/nn";
import { messagesOf } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  AdditiveAttention,
  AttentionPooling,
  alibi,
  and,
  ContextGate,
  CoverageAttention,
  causalMask,
  coverageLoss,
  DotAttention,
  doublyStochasticLoss,
  GeneralAttention,
  HardAttention,
  hardAttentionLoss,
  LocalMonotonicAttention,
  LocationAwareAttention,
  MonotonicAttention,
  MultiHeadAttention,
  paddingMask,
  RewardBaseline,
  RotaryPositions,
  type ScoreKernel,
  SinusoidalPositions,
  type StepCounts,
  Transformer,
  TransformerDecoder,
  TransformerEncoder,
  TransformerLanguageModel,
} from ".";

const of = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape });
const attention = new AdditiveAttention(3, 4);

describe("what no attention can be built of", () => {
  test("sizes that are no sizes", () => {
    expect(() => new AdditiveAttention(0, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AdditiveAttention: querySize should be a positive whole number but is 0.]`,
    );
    expect(() => new AdditiveAttention(3, 4, { size: 2.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AdditiveAttention: size should be a positive whole number but is 2.5.]`,
    );
    expect(() => new AttentionPooling(-1)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AttentionPooling: inputSize should be a positive whole number but is -1.]`,
    );
  });

  test("queries that cannot be multiplied with the memory", () => {
    expect(() => new DotAttention(3, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: DotAttention: querySize and memorySize should be equal, since queries are multiplied with the memory itself but is 3 and 4. Use GeneralAttention, which projects the memory, or project one of them first.]`,
    );
  });

  test("options out of range", () => {
    expect(() => new DotAttention(3, 3, { kernel: "fast" as ScoreKernel })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: DotAttention: kernel should be fused or plain but is "fast".]`,
    );
    expect(() => new LocationAwareAttention(3, 4, { width: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LocationAwareAttention: width should be odd, since filters are centred on a position but is 4.]`,
    );
    expect(() => new CoverageAttention(3, 4, { fertility: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: CoverageAttention: fertility should be a number above 0, the most words that a position stands for but is 0. Leave it out for the plain sum of weights.]`,
    );
    expect(() => new LocalMonotonicAttention(attention, { window: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LocalMonotonicAttention: window should be a number of positions above 0 but is 0. It counts positions on each side of the centre.]`,
    );
    expect(() => new MonotonicAttention(attention, { noise: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MonotonicAttention: noise should be 0 or more but is -1.]`,
    );
    expect(() => new MonotonicAttention(attention, { offset: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MonotonicAttention: offset should be a finite number but is NaN.]`,
    );
    expect(() => new HardAttention(attention, { expected: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: HardAttention: expected should be at least 0 and less than 1 but is 1.]`,
    );
    expect(() => new RewardBaseline({ momentum: 0.9 } as object)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: RewardBaseline: options.momentum should be one of decay but is not one of them.]`,
    );
    expect(() => new RewardBaseline({ decay: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: RewardBaseline: decay should be at least 0 and less than 1 but is 1.]`,
    );
  });
});

describe("what no memory can be", () => {
  test("of other features, or of axes that are neither a sequence's nor an image's", () => {
    expect(() => attention.prepare(of(2, 5, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.prepare: memory should be [B, S, 4] but is [2, 5, 3]. The last axis must equal memorySize: build the attention with memorySize 3, or project the memory to 4 features first. Images have their channels last: permute(x, [0, 2, 3, 1]) brings them there.]`,
    );
    expect(() => attention.prepare(of(2, 4, 3, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.prepare: memory should be [B, H, W, 4] but is [2, 4, 3, 3]. The last axis must equal memorySize: build the attention with memorySize 3, or project the memory to 4 features first. Images have their channels last: permute(x, [0, 2, 3, 1]) brings them there.]`,
    );
    expect(() => attention.prepare(of(2, 4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.prepare: memory should be [B, S, 4] but is [2, 4]. Vectors of a row are [B, S, D]; those of an image, a vector for each cell, [B, H, W, D].]`,
    );
    expect(() => attention.prepare(of(2, 0, 4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.prepare: memory should be of at least one row and one vector but is [2, 0, 4]. Leave empty batches out. A row without vectors beside others has lengths 0.]`,
    );
    expect(() => attention.prepare(tensor([[[1, 2, 3, 4]]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: AdditiveAttention.prepare: memory should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
  });

  test("with lengths that are not those of its rows", () => {
    expect(() => attention.prepare(of(2, 5, 4), { lengths: [5] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.prepare: lengths should be 2, one for each row but is 1.]`,
    );
    expect(() => attention.prepare(of(2, 5, 4), { lengths: [5, 6] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AdditiveAttention.prepare: lengths[1] should be a whole number from 0 to T = 5 but is 6. Lengths count true steps.]`,
    );
    expect(() => attention.prepare(of(2, 5, 4), { lengths: tensor([5, 5]) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: AdditiveAttention.prepare: lengths should be u32 but is f32.]`,
    );
  });
});

describe("what no query can be", () => {
  const prepared = attention.prepare(of(2, 5, 4));

  test("of other features, or other rows", () => {
    expect(() => attention.attend(of(2, 4), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.attend: query should be [2, 3] but is [2, 4]. The last axis must equal querySize: build the attention with querySize 4, or project the query to 3 features first.]`,
    );
    expect(() => attention.attend(of(3, 3), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.attend: query should be [2, 3] but is [3, 3]. Queries are [2, 3], one for each row of the memory, or [2, T, 3].]`,
    );
    expect(() => attention.attend(of(3, 7, 3), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.attend: query should be [2, T, 3] but is [3, 7, 3]. Queries are [2, 3], one for each row of the memory, or [2, T, 3].]`,
    );
  });

  test("of a memory that another attention prepared", () => {
    const other = new GeneralAttention(3, 4).prepare(of(2, 5, 4));
    expect(() => attention.attend(of(2, 3), other)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AdditiveAttention.attend: the memory should be prepared by this attention, with vector but is prepared by another. Pass what prepare of this very attention returned.]`,
    );
    const wider = new AdditiveAttention(3, 4, { size: 7 });
    expect(() => wider.attend(of(2, 3), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.attend: the keys should be [B, S, 7] but is [2, 5, 3]. Pass what prepare of this very attention returned.]`,
    );
    expect(() => new AdditiveAttention(3, 5).attend(of(2, 3), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AdditiveAttention.attend: the memory should be [B, S, 5] but is [2, 5, 4]. Pass what prepare of this very attention returned.]`,
    );
    expect(() => new DotAttention(2).scores(of(2, 1, 2), prepared)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: DotAttention.attend: the keys should be [B, S, 2] but is [2, 5, 3]. Pass what prepare of this very attention returned.]`,
    );
    const coverage = new CoverageAttention(3, 4, { fertility: 2 });
    const plain = new CoverageAttention(3, 4).prepare(of(2, 5, 4));
    expect(() => coverage.attend(of(2, 3), plain)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: CoverageAttention.attend: the memory should be prepared by this attention, with fertilities but is prepared by another. Pass what prepare of this very attention returned.]`,
    );
  });
});

describe("what no loss can be made of", () => {
  test("weights that are not those of all steps", () => {
    expect(() => doublyStochasticLoss(of(2, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: doublyStochasticLoss: weights should be [B, T, S] but is [2, 5]. Stack the weights of a decoder's steps along axis 1.]`,
    );
    expect(() => coverageLoss(of(2, 5))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: coverageLoss: weights should be [B, T, S] but is [2, 5]. Stack the weights of a decoder's steps along axis 1.]`,
    );
    expect(() => coverageLoss(of(2, 3, 5), { steps: [3, 4] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: coverageLoss: lengths[1] should be a whole number from 0 to T = 3 but is 4. Lengths count true steps.]`,
    );
  });

  test("log-likelihoods that are not one for each row", () => {
    const state = { logProbability: of(2), entropy: of(2) };
    expect(() => hardAttentionLoss(of(3), state, new RewardBaseline())).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: hardAttentionLoss: logLikelihood should be [2] but is [3]. One log-likelihood for each row: sum over its steps.]`,
    );
    expect(() =>
      hardAttentionLoss(of(2), state, new RewardBaseline(), { reward: 2 } as object),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: hardAttentionLoss: options.reward should be one of rewardWeight, entropyWeight but is not one of them.]`,
    );
    expect(() =>
      hardAttentionLoss(of(2), state, new RewardBaseline(), { rewardWeight: -1 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: hardAttentionLoss: rewardWeight should be 0 or more but is -1.]`,
    );
  });

  test("a pooling of other features", () => {
    expect(() => new AttentionPooling(4).forward(of(2, 5, 3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: AttentionPooling.forward: x should be [B, T, 4] but is [2, 5, 3]. The last axis must equal inputSize: build it with new AttentionPooling(3, …).]`,
    );
  });
});

describe("what plain JavaScript lets one pass", () => {
  const loose = (options: object) => options;
  const x = of(1, 3, 8);
  const model = { vocabularySize: 5, size: 8, heads: 2 };
  const bad: Record<string, () => unknown> = {
    "a misspelt option of a score": () => new AdditiveAttention(3, 4, loose({ units: 8 })),
    "an option of another score": () => new DotAttention(3, 3, loose({ size: 8 })),
    "a number for options": () => new GeneralAttention(3, 4, 8 as never),
    "a misspelt option of a location": () => new LocationAwareAttention(3, 4, loose({ kernelSize: 5 })),
    "sizes for a score": () => new MonotonicAttention(3 as never, 4 as never),
    "sizes for the score of a window": () => new LocalMonotonicAttention(3 as never, 4 as never),
    "sizes for a soft attention": () => new HardAttention(3 as never, 4 as never),
    "a misspelt option of noise": () => new MonotonicAttention(attention, loose({ sigma: 1 })),
    "lengths for options": () => attention.prepare(of(2, 5, 4), [5, 3] as never),
    "a mask of a memory": () => attention.prepare(of(2, 5, 4), loose({ mask: [5, 3] })),
    "a memory that is not prepared": () => attention.attend(of(2, 3), of(2, 5, 4) as never),
    "lengths for options of a pooling": () => new AttentionPooling(4).forward(of(2, 5, 4), [5, 3] as never),
    "lengths for options of a loss": () => coverageLoss(of(2, 3, 4), [4, 3] as never),
    "a misspelt option of heads": () => new MultiHeadAttention(8, 2, loose({ numKeyHeads: 1 })),
    "a memory for options": () => new MultiHeadAttention(8, 2).forward(x, of(1, 4, 8) as never),
    "an option for a mask": () => new MultiHeadAttention(8, 2).forward(x, loose({ causal: true })),
    "a tensor for a mask": () => new MultiHeadAttention(8, 2).forward(x, { mask: of(3, 3) as never }),
    "what makes a mask for one": () => new MultiHeadAttention(8, 2).forward(x, { mask: causalMask as never }),
    "a mask and a tensor": () => and(causalMask(), of(3, 3) as never),
    "a length of a causal mask": () => causalMask(5 as never),
    "a misspelt option of a stack": () => new TransformerEncoder(8, 2, loose({ numLayers: 1 })),
    "an option of a decoder's of an encoder": () => new TransformerEncoder(8, 2, loose({ memorySize: 1 })),
    "a mask for options": () => new TransformerEncoder(8, 2, { layers: 1 }).forward(x, causalMask() as never),
    "lengths of a stack": () => new TransformerEncoder(8, 2, { layers: 1 }).forward(x, loose({ lengths: [2] })),
    "no memory": () => new TransformerDecoder(8, 2, { layers: 1 }).forward(x, undefined as never),
    "a mask of a memory by another name": () =>
      new TransformerDecoder(8, 2, { layers: 1 }).forward(x, of(1, 4, 8), loose({ memory_mask: 1 })),
    "a norm that there is not": () => new TransformerEncoder(8, 2, loose({ norm: "first" })),
    "a misspelt option of a model": () => new TransformerLanguageModel({ ...model, ...loose({ maxLength: 8 }) }),
    "a model of nothing": () => new TransformerLanguageModel(undefined as never),
    "a misspelt option of positions": () => new SinusoidalPositions(8, loose({ max: 3 })),
    "a base by another name": () => new RotaryPositions(8, loose({ theta: 3 })),
  };

  test("is refused by name, at once", () => {
    expect(messagesOf(bad)).toMatchInlineSnapshot(`
      {
        "a base by another name": "ValueError: RotaryPositions: options.theta should be one of base, length, interleaved, rotated but is not one of them.",
        "a length of a causal mask": "ValueError: causalMask: options should be { offset } but is a Number.",
        "a mask and a tensor": "ValueError: and: mask should be made by causalMask, say but is Tensor f32 [3, 3]. Of a tensor make a booleanMask.",
        "a mask for options": "ValueError: TransformerEncoderLayer.forward: options.causal should be one of mask but is not one of them.",
        "a mask of a memory": "ValueError: AdditiveAttention.prepare: options.mask should be one of lengths but is not one of them.",
        "a mask of a memory by another name": "ValueError: TransformerDecoderLayer.forward: options.memory_mask should be one of mask, memoryMask, needWeights but is not one of them. Did you mean memoryMask?",
        "a memory for options": "ValueError: MultiHeadAttention.forward: options should be { memory, value, mask, needWeights, offset } but is a Tensor.",
        "a memory that is not prepared": "DTypeError: AdditiveAttention.attend: the memory should be a Tensor but is undefined.",
        "a misspelt option of a location": "ValueError: LocationAwareAttention: options.kernelSize should be one of kernel, rng, size, bias, normalise, filters, width, cumulative but is not one of them. Did you mean size?",
        "a misspelt option of a model": "ValueError: TransformerLanguageModel: options.maxLength should be one of vocabularySize, size, heads, layers, positions, length, tied, ignoreIndex, keyHeads, headSize, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them. Did you mean length?",
        "a misspelt option of a score": "ValueError: AdditiveAttention: options.units should be one of kernel, rng, size, bias, normalise but is not one of them.",
        "a misspelt option of a stack": "ValueError: TransformerEncoder: options.numLayers should be one of layers, finalNorm, keyHeads, headSize, rotary, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them. Did you mean layers?",
        "a misspelt option of heads": "ValueError: MultiHeadAttention: options.numKeyHeads should be one of keyHeads, headSize, keySize, valueSize, valueHeadSize, bias, dropout, rotary, softcap, scale, rng but is not one of them. Did you mean keyHeads?",
        "a misspelt option of noise": "ValueError: MonotonicAttention: options.sigma should be one of offset, noise, rng but is not one of them.",
        "a misspelt option of positions": "ValueError: SinusoidalPositions: options.max should be one of base, length, interleaved but is not one of them.",
        "a model of nothing": "ValueError: TransformerLanguageModel: options should be { vocabularySize, size, heads, layers, positions, length, tied, ignoreIndex, keyHeads, headSize, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng } but is undefined.",
        "a norm that there is not": "ValueError: TransformerEncoderLayer: norm should be pre or post but is "first".",
        "a number for options": "ValueError: GeneralAttention: options should be { kernel, rng } but is a Number.",
        "a tensor for a mask": "ValueError: scaledDotProductAttention: mask should be made by causalMask, say but is Tensor f32 [3, 3]. Of a tensor make a booleanMask.",
        "an option for a mask": "ValueError: MultiHeadAttention.forward: options.causal should be one of memory, value, mask, needWeights, offset but is not one of them.",
        "an option of a decoder's of an encoder": "ValueError: TransformerEncoder: options.memorySize should be one of layers, finalNorm, keyHeads, headSize, rotary, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them.",
        "an option of another score": "ValueError: DotAttention: options.size should be one of kernel, rng but is not one of them.",
        "lengths for options": "ValueError: AdditiveAttention.prepare: options should be { lengths } but is an Array.",
        "lengths for options of a loss": "ValueError: coverageLoss: options should be { lengths, steps } but is an Array.",
        "lengths for options of a pooling": "ValueError: AttentionPooling.forward: options should be { lengths } but is an Array.",
        "lengths of a stack": "ValueError: TransformerEncoderLayer.forward: options.lengths should be one of mask but is not one of them.",
        "no memory": "DTypeError: MultiHeadAttention.prepare: memory should be a Tensor but is undefined.",
        "sizes for a score": "ValueError: MonotonicAttention: score should be an attention with scores but is 3.",
        "sizes for a soft attention": "ValueError: HardAttention: options should be { expected, rng } but is a Number.",
        "sizes for the score of a window": "ValueError: LocalMonotonicAttention: score should be an attention with scores but is 3.",
        "what makes a mask for one": "ValueError: scaledDotProductAttention: mask should be made by causalMask, say but is function causalMask(opti. Of a tensor make a booleanMask.",
      }
    `);
  });

  test("is refused of what makes tokens, before any is made", async () => {
    const written = new TransformerLanguageModel({ ...model, layers: 1 });
    await expect(written.generate([1], { length: 3, ...loose({ top_k: 3 }) })).rejects.toThrow("Did you mean topK?");
    await expect(written.generate([1], undefined as never)).rejects.toThrow("options should be { length, greedy,");
  });
});

describe("options that nobody would read", () => {
  const x = of(2, 3, 8);
  const call = (on: object, method: string, ...given: unknown[]) =>
    Reflect.apply(Reflect.get(on, method) as (...args: unknown[]) => unknown, on, given);
  const attention = new MultiHeadAttention(8, 2);
  const mask = causalMask();

  test("of attention with heads", () => {
    const prepared = attention.prepare(x);
    expect(() => call(attention, "prepare", x, x, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MultiHeadAttention.prepare: options should be { offset } but is a Number.]`,
    );
    expect(() => call(attention, "attend", x, prepared, mask)).toThrow(
      "MultiHeadAttention.attend: options.causal should",
    );
    expect(() => call(attention, "attend", x, prepared, { Mask: mask })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MultiHeadAttention.attend: options.Mask should be one of mask, needWeights, offset but is not one of them. Did you mean mask?]`,
    );
    expect(() => Reflect.apply(alibi, null, [2, 3])).toThrow("alibi: options should be { offset } but is a Number.");
    expect(() => Reflect.construct(ContextGate, [8, { bias: false }])).toThrow(
      "ContextGate: options.bias should be one",
    );
  });

  test("of Transformers", () => {
    const transformer = new Transformer(8, 2, { encoderLayers: 1, decoderLayers: 1 });
    expect(() => Reflect.construct(Transformer, [8, 2, { layers: 2 }])).toThrow(
      "Transformer: options.layers should be",
    );
    expect(() => call(transformer, "forward", x, x, { mask })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Transformer.forward: options.mask should be one of sourceMask, targetMask, memoryMask, needWeights but is not one of them.]`,
    );
    const { encoder, decoder } = transformer;
    const cache = encoder.emptyCache(2, 4);
    expect(() => call(encoder, "step", x, cache, { length: [1, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerEncoder.step: options.length should be one of mask, lengths but is not one of them. Did you mean lengths?]`,
    );
    const prepared = decoder.prepare(x);
    expect(() => call(decoder, "step", x, prepared, decoder.emptyCache(2, 4), { sourceMask: mask })).toThrow(
      "TransformerDecoder.step: options.sourceMask should be one of mask, memoryMask, needWeights, lengths",
    );
  });
});

describe("what no step can go on from", () => {
  const [x, memory] = [of(2, 3, 8), of(2, 5, 8)];
  const encoder = new TransformerEncoder(8, 2, { layers: 2 });
  const decoder = new TransformerDecoder(8, 2, { layers: 2 });
  const [cache, prepared] = [encoder.emptyCache(2, 8), decoder.prepare(memory)];
  const u32 = (...counts: number[]) => tensor(Uint32Array.from(counts));

  test.each<[string, StepCounts, string]>([
    ["more than there are", [4, 1], "lengths[0] should be a whole number from 0 to T = 3 but is 4."],
    ["fewer than none", [2, -1], "lengths[1] should be a whole number from 0 to T = 3 but is -1."],
    ["a part of one", [1.5, 1], "lengths[0] should be a whole number from 0 to T = 3 but is 1.5."],
    ["of other rows", [1], "lengths should be 2, one for each row but is 1."],
    ["one for all rows, on the device", u32(1), "lengths should be [2] but is [1]. One length for each row."],
    ["more than there are, on the device", u32(1, 4), "lengths[1] should be a whole number from 0 to T = 3 but is 4."],
    ["of another dtype", of(2), "lengths should be u32 but is f32."],
  ])("counts: %s", (_, lengths, message) => {
    expect(() => encoder.step(x, cache, { lengths })).toThrow(`TransformerEncoder.step: ${message}`);
    expect(() => decoder.step(x, prepared, cache, { lengths })).toThrow(`TransformerDecoder.step: ${message}`);
  });

  test("caches of other layers, and a memory that is not prepared", () => {
    const few = { ...cache, layers: cache.layers.slice(1) };
    expect(() => encoder.step(x, undefined as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerEncoder.step: cache should be a cache of 2 layers but is something else. Begin with emptyCache of this stack, go on with the cache that step gave.]`,
    );
    expect(() => encoder.step(x, few)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerEncoder.step: cache should be a cache of 2 layers but is one of 1. Begin with emptyCache of this stack, go on with the cache that step gave.]`,
    );
    expect(() => decoder.step(x, prepared, few)).toThrow("cache should be a cache of 2 layers but is one of 1");
    expect(() => decoder.step(x, memory as never, cache)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerDecoder.step: prepared should be keys and values for each of 2 layers but is Tensor f32 [2, 5, 8]. Pass what prepare(memory) gave.]`,
    );
    expect(() => decoder.step(x, prepared.slice(1), cache)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerDecoder.step: prepared should be keys and values for each of 2 layers but is those of 1. Pass what prepare(memory) gave.]`,
    );
    expect(() => decoder.forward(x, prepared.slice(1))).toThrow("TransformerDecoder.forward: prepared should be keys");
    const [layer] = decoder.layers as [(typeof decoder.layers)[number]];
    expect(() => layer.forward(x, undefined as never)).toThrow("prepared should be keys and values");
    expect(() => layer.forward(x, prepared as never)).toThrow("prepared should be keys and values");
    expect(() => layer.crossAttention.attend(x, memory as never)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MultiHeadAttention.attend: prepared should be keys and values but is Tensor f32 [2, 5, 8]. Pass what prepare(memory) gave.]`,
    );
    expect(() => layer.selfAttention.step(x, undefined as never, u32(0, 0))).toThrow("kept should be keys and values");
  });
});

test("lengths of more keys than there are, on the host", () => {
  const attend = (lengths: number[], S: number) =>
    new MultiHeadAttention(8, 2).forward(of(1, 3, 8), { memory: of(1, S, 8), mask: paddingMask(lengths) });
  expect(() => attend([5], 2)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: scaledDotProductAttention: mask.lengths[0] should be at most 2, as many keys as there are, but is 5.]`,
  );
  expect(attend([2], 2).output.shape).toEqual([1, 3, 8]);
  expect(attend([0], 2).output.shape).toEqual([1, 3, 8]);
});
