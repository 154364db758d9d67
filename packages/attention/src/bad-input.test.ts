import { tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import {
  AdditiveAttention,
  AttentionPooling,
  CoverageAttention,
  coverageLoss,
  DotAttention,
  doublyStochasticLoss,
  GeneralAttention,
  HardAttention,
  hardAttentionLoss,
  LocalMonotonicAttention,
  LocationAwareAttention,
  MonotonicAttention,
  RewardBaseline,
  type ScoreKernel,
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
      `[ValueError: DotAttention: kernel should be fused, plain but is fast.]`,
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
      `[ValueError: HardAttention: expected should be a probability from 0 to less than 1 but is 1. With 1 nothing would be drawn: that is the soft attention itself.]`,
    );
    expect(() => new RewardBaseline({ decay: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: RewardBaseline: decay should be from 0 to less than 1 but is 1.]`,
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
