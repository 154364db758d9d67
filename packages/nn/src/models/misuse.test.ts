import { describe, expect, test } from "vitest";
import {
  LanguageModel,
  type Module,
  SequenceAutoencoder,
  SequenceClassifier,
  SequenceGenerator,
  SequenceRegressor,
  SequenceTagger,
  tensor,
  zeros,
} from "..";

const B = 2;
const features = zeros([B, 3, 2]);
const ids = tensor(new Uint32Array(3 * B), { shape: [B, 3] });
const sizes = { inputSize: 2, hiddenSize: 3 } as const;
const tokens = { vocabularySize: 5, hiddenSize: 3 } as const;

const classifier = new SequenceClassifier({ ...sizes, classes: 2 });
const language = new LanguageModel(tokens);

/** What a call that types would refuse says, at once or later. */
const said = async (model: object, method: string, ...given: unknown[]): Promise<string> => {
  const own = Reflect.get(model, method) as (...args: unknown[]) => unknown;
  try {
    await Reflect.apply(own, model, given);
  } catch (error) {
    return String(error);
  }
  return "nothing";
};

describe("lengths that were read by nobody", () => {
  const models = {
    SequenceClassifier: classifier,
    SequenceTagger: new SequenceTagger({ ...sizes, tags: 2 }),
    SequenceRegressor: new SequenceRegressor({ ...sizes, outputSize: 1 }),
    SequenceAutoencoder: new SequenceAutoencoder(sizes),
  };

  test.each(Object.entries(models))("%s.forward", async (name, model) => {
    const [list, one] = [[3, 2], tensor(Uint32Array.of(3, 2))];
    const start = `ValueError: ${name}.forward: options`;
    expect(await said(model, "forward", features, list)).toBe(`${start} should be { lengths, x, y } but is an Array.`);
    expect(await said(model, "forward", features, one)).toBe(`${start} should be { lengths, x, y } but is a Tensor.`);
    expect(await said(model, "forward", features, { length: list })).toBe(
      `${start}.length should be one of lengths, x, y but is not one of them. Did you mean lengths?`,
    );
    const asked = model instanceof SequenceAutoencoder ? "forward" : "predict";
    expect(await said(model, asked, features, { length: list })).toContain("Did you mean lengths?");
  });

  test.each(Object.entries(models))("%s.loss", async (name, model) => {
    expect(await said(model, "loss", { x: features, length: [3, 2] })).toContain(
      `ValueError: ${name}.loss: batch.length should be one of x, `,
    );
  });

  test("a batch as a whole may stand in the place of options", () => {
    const batch = { x: features, y: ids, lengths: [3, 2] };
    expect(classifier.forward(batch.x, batch).shape).toEqual([B, 2]);
    expect(models.SequenceAutoencoder.loss(batch).shape).toEqual([]);
  });

  test("what walks over batches", async () => {
    const batch = { x: ids, y: ids, length: [3, 2] };
    const unknown = "batch.length should be one of x, y, lengths";
    expect(await said(classifier, "accuracy", [batch])).toContain(`SequenceClassifier.accuracy: ${unknown}`);
    expect(await said(models.SequenceTagger, "accuracy", batch)).toContain(`SequenceTagger.accuracy: ${unknown}`);
    expect(await said(models.SequenceAutoencoder, "scores", batch)).toContain(`SequenceAutoencoder.scores: ${unknown}`);
    expect(await said(classifier, "probabilities", features, { length: [3, 2] })).toContain("options.length");
    expect(await said(language, "loss", batch)).toContain(`LanguageModel.chunk: ${unknown}`);
    expect(await said(language, "forward", ids, [3, 2])).toBe(
      "ValueError: LanguageModel.forward: options should be { state, lengths, allowEmpty } but is an Array.",
    );
    expect(await said(language, "perplexity", [], { carried: true })).toBe(
      "ValueError: LanguageModel.perplexity: options.carried should be one of carry but is not one of them.",
    );
  });

  test("a generator", async () => {
    const model = new SequenceGenerator({ hiddenSize: 3, vocabularySize: 5, conditionSize: 4 });
    expect(await said(model, "forward", zeros([B, 4]), ids, [3, 2])).toBe(
      "ValueError: SequenceGenerator.forward: options should be { lengths, x, y } but is an Array.",
    );
    expect(await said(model, "loss", { x: zeros([B, 4]), y: ids, yLengths: [3, 2] })).toBe(
      "ValueError: SequenceGenerator.loss: batch.yLengths should be one of x, y, lengths but is not one of them. Did you mean lengths?",
    );
  });
});

describe("ids of tokens", () => {
  const remedy =
    'Pass ids as tensor(Int32Array or Uint32Array, { shape: [rows, steps] }); a model is exported with dtype: "i32".';
  const models = {
    classes: new SequenceClassifier({ ...tokens, classes: 2 }),
    vectors: new SequenceClassifier({ ...tokens, embeddingSize: 4, classes: 2 }),
  };

  test.each(Object.entries(models))("of another dtype or shape: %s", async (_, model) => {
    const where = "SequenceClassifier.forward: x should be";
    expect(await said(model, "forward", tensor([[0, 1, 2]]))).toBe(
      `DTypeError: ${where} ids of tokens, i32 or u32, but is f32. ${remedy}`,
    );
    const flat = tensor(Int32Array.of(0, 1, 2));
    expect(await said(model, "forward", flat)).toBe(`ShapeError: ${where} [B, T] but is [3]. ${remedy}`);
    expect(await said(model, "loss", { x: flat, y: flat, lengths: [3] })).toBe(
      `ShapeError: ${where} [B, T] but is [3]. ${remedy}`,
    );
  });

  test("where tags are asked for, with lengths", async () => {
    const x = tensor([[0, 1, 2]]);
    const expected = "x should be ids of tokens, i32 or u32, but is f32.";
    const batch = { x, y: ids, lengths: [2] };
    expect(await said(new SequenceTagger({ ...tokens, tags: 2 }), "loss", batch)).toContain(expected);
    expect(await said(language, "loss", batch)).toContain(expected);
  });
});

test("sizes that are left out are named as the model names them", () => {
  const made =
    (Model: new (options: never) => Module): (() => unknown) =>
    () =>
      Reflect.construct(Model, [sizes]);
  expect(made(SequenceClassifier)).toThrow("SequenceClassifier: classes should be a positive whole number but is unde");
  expect(made(SequenceTagger)).toThrow("SequenceTagger: tags should be a positive whole number but is undefined.");
  expect(made(SequenceRegressor)).toThrow("SequenceRegressor: outputSize should be a positive whole number but is un");
});

test("prompts that are no lists of tokens", async () => {
  const generate = (prompt: unknown) => said(language, "generate", prompt, { length: 2 });
  const rows = (prompts: unknown) => said(language, "generateRows", prompts, { length: 2 });
  const where = "ValueError: LanguageModel.generate:";
  expect(await generate(ids)).toBe(
    `${where} the prompt should be a list of tokens but is a Tensor. Of a tensor pass what its data() gives.`,
  );
  expect(await generate(3)).toContain(`${where} the prompt should be a list of tokens but is 3.`);
  expect(await generate(Int32Array.of(1, 5))).toBe(`${where} the prompt should be a token from 0 to 4 but is 5.`);
  expect(await rows(Int32Array.of(1, 2))).toBe(`${where} prompts should be an array of prompts but is an Int32Array.`);
  expect(await rows([[1], 2])).toContain(`${where} prompts[1] should be a list of tokens but is 2.`);
});

test("a perplexity of no batches", async () => {
  const used = [{ x: ids, y: ids }].values();
  used.next();
  const expected =
    "ValueError: LanguageModel.perplexity: the batches should be of at least one target that counts but is none. An iterator that was walked over before gives no more: make a new one for each call.";
  expect(await said(language, "perplexity", [])).toBe(expected);
  expect(await said(language, "perplexity", used)).toBe(expected);
  expect(await language.evaluateLoss([])).toBeNaN();
});
