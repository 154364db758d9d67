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

  test("what nobody would read, and what is no list of tokens", async () => {
    const call = (method: "forward" | "loss" | "generate", ...given: unknown[]) =>
      Reflect.apply(model[method] as (...args: unknown[]) => unknown, model, given);
    const x = tensor(new Uint32Array(6), { shape: [2, 3] });
    expect(() => call("forward", x, [3, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel.forward: options should be { state, lengths } but is an Array.]`,
    );
    expect(() => call("forward", x, { length: [3, 2] })).toThrow("options.length should be one of state, lengths");
    expect(() => call("loss", { x, y: x, length: [3, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: TransformerLanguageModel.loss: batch.length should be one of x, y, lengths but is not one of them. Did you mean lengths?]`,
    );
    expect(() => model.forward(tensor([[0, 1, 2]]))).toThrow("x should be ids of tokens, i32 or u32, but is f32. Pass");
    expect(() => model.forward(tensor(Int32Array.of(0, 1)))).toThrow(
      "x should be [B, T] but is [2]. Pass ids as tensor",
    );
    await expect(call("generate", x, { length: 2 })).rejects.toThrow(
      "the prompt should be a list of tokens but is a T",
    );
    await expect(model.perplexity([])).rejects.toThrow("TransformerLanguageModel.perplexity: the batches should be of");
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
      `[DTypeError: TransformerLanguageModel.forward: x should be ids of tokens, i32 or u32, but is f32. Pass ids as tensor(Int32Array or Uint32Array, { shape: [rows, steps] }); a model is exported with dtype: "i32".]`,
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
