import { tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { TransformerLanguageModel } from "./language-model";
import type { Positions } from "./positions/scheme";
import { draws } from "./test-support/tensors";

const model = new TransformerLanguageModel({ vocabularySize: 5, size: 8, heads: 2, layers: 1, length: 6 });

describe("what does not fit says what to do", () => {
  test("prompts", async () => {
    await expect(model.generate([], { length: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel.generate: the prompt should be at least one token but is empty. Begin with the token that begins texts, or with one that often does.]`,
    );
    await expect(model.generate([5], { length: 2 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel.generate: the prompt should be a token from 0 to 4 but is 5.]`,
    );
    await expect(model.generate([1, 2, 3], { length: 5 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel.generate: prompt and length should be at most 7 tokens together, as many as there are learned positions and one more but is 3 and 5. Make fewer, shorten the prompt, or build the model with positions of another kind.]`,
    );
    await expect(model.generateRows([], { length: 5 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: TransformerLanguageModel.generate: prompts should be at least one but is none.]`,
    );
  });

  test("options and shapes", () => {
    const sizes = { vocabularySize: 5, size: 8, heads: 2 };
    expect(
      () => new TransformerLanguageModel({ ...sizes, positions: "absolute" as Positions }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel: positions should be learned or sinusoidal or rotary or alibi or none but is "absolute".]`,
    );
    expect(() => new TransformerLanguageModel({ ...sizes, heads: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: MultiHeadAttention: heads should be a divisor of size, 8, but is 3. Give headSize where it does not divide.]`,
    );
    expect(() => model.forward(draws([2, 3, 8], 1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: TransformerLanguageModel.forward: x should be [B, T] but is [2, 3, 8].]`,
    );
  });
});

test("steps past the learned positions are refused, and those of a state count", () => {
  const tokens = (T: number) => tensor(new Uint32Array(2 * T), { shape: [2, T] });
  const { state } = model.forward(tokens(4), { state: model.emptyState(2, 6) });
  expect(model.forward(tokens(2), { state }).state?.used).toBe(6);
  expect(() => model.forward(tokens(3), { state })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: TransformerLanguageModel.forward: the sequence should be at most 6 steps long, as the table of positions is but is 7 steps long with the 4 before it. Begin anew with fewer tokens, or build the model with positions of another kind.]`,
  );
});

test("padding takes up no positions where its lengths are known", () => {
  const x = tensor(new Uint32Array(8), { shape: [2, 4] });
  const { state } = model.forward(x, { state: model.emptyState(2, 6), lengths: [1, 3] });
  expect(state?.used).toBe(3);
  expect(model.forward(x, { state, lengths: tensor(Uint32Array.of(3, 2)) }).state?.used).toBe(6);
  expect(() => model.forward(x, { state, lengths: [4, 4] })).toThrow("7 steps long with the 3 before it");
});

test("tied weights are counted once", () => {
  const tied = new TransformerLanguageModel({ vocabularySize: 5, size: 8, heads: 2, layers: 1, length: 6, tied: true });
  expect(tied.output.weight).toBe(tied.embedding.weight);
  expect(model.parameters().length - tied.parameters().length).toBe(1);
});
