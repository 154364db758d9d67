import { describe, expect, test } from "vitest";
import {
  categorical,
  Embedding,
  expectDrawing,
  GRU,
  LanguageModel,
  LSTM,
  RNN,
  random,
  SequenceAutoencoder,
  SequenceClassifier,
  SequenceGenerator,
  SequenceRegressor,
  SequenceTagger,
  tensor,
  zeros,
} from "..";

const rng = random(1);
const tokens = (B: number, T: number) => tensor(new Uint32Array(B * T), { shape: [B, T] });

describe("shapes", () => {
  test.each(["last", "mean", "max"] as const)(
    "a classifier that pools by %s gives a score for each class",
    (pooling) => {
      const model = new SequenceClassifier({
        inputSize: 3,
        hiddenSize: 4,
        classes: 5,
        cell: "gru",
        direction: "bidirectional",
        layers: 2,
        pooling,
        rng,
      });
      expect(model.forward(zeros([2, 6, 3]), { lengths: [6, 1] }).shape).toEqual([2, 5]);
      expect(model.loss({ x: zeros([2, 6, 3]), y: tensor(Uint32Array.of(1, 2)) }).shape).toEqual([]);
    },
  );

  test.each(["sum", "mean", "product", "concat"] as const)(
    "pooling takes what both directions end with: %s",
    (merge) => {
      const options = { inputSize: 3, hiddenSize: 4, direction: "bidirectional", merge, layers: 2, rng } as const;
      expect(new SequenceClassifier({ ...options, classes: 2 }).forward(zeros([2, 6, 3])).shape).toEqual([2, 2]);
      expect(new SequenceAutoencoder(options).forward(zeros([2, 6, 3])).shape).toEqual([2, 6, 3]);
    },
  );

  test("a tagger gives a score for each tag of each step", () => {
    const model = new SequenceTagger({ vocabularySize: 9, embeddingSize: 3, hiddenSize: 4, tags: 6, rng });
    expect(model.forward(tokens(2, 5)).shape).toEqual([2, 5, 6]);
  });

  test("a language model gives a score for each token and a state to go on from", () => {
    const model = new LanguageModel({ vocabularySize: 9, hiddenSize: 4, layers: 3, rng });
    const { logits, state } = model.forward(tokens(2, 5));
    expect(logits.shape).toEqual([2, 5, 9]);
    expect("h" in state && state.h.shape).toEqual([3, 2, 4]);
    expect(model.forward(tokens(2, 1), { state }).logits.shape).toEqual([2, 1, 9]);
  });

  test("a regressor gives numbers for each sequence or each step", () => {
    const options = { inputSize: 3, hiddenSize: 4, outputSize: 2, rng } as const;
    expect(new SequenceRegressor(options).forward(zeros([2, 6, 3])).shape).toEqual([2, 2]);
    expect(new SequenceRegressor({ ...options, outputPer: "step" }).forward(zeros([2, 6, 3])).shape).toEqual([2, 6, 2]);
  });

  test.each(["lstm", "gru", "rnn"] as const)(
    "a model's inputDropout is drawn once, and not of one-hot vectors: %s",
    (cell) => {
      const options = { cell, hiddenSize: 4, inputDropout: 0.3, rng } as const;
      const model = new SequenceRegressor({ ...options, inputSize: 3, outputSize: 2, layers: 2 });
      expect([model.inputDropout.p, model.cell.inputDropout]).toEqual([0.3, 0]);
      const autoencoder = new SequenceAutoencoder({ ...options, inputSize: 3 });
      expect(autoencoder.decoder?.inputDropout).toBe(0);
      const tagger = new SequenceTagger({ ...options, vocabularySize: 9, tags: 6 });
      expect(tagger.forward(tokens(2, 5)).shape).toEqual([2, 5, 6]);
    },
  );

  test.each(["reconstruction", "prediction"] as const)("an autoencoder by %s gives back what it read", (task) => {
    const model = new SequenceAutoencoder({ inputSize: 3, hiddenSize: 4, task, rng });
    expect(model.forward(zeros([2, 6, 3]), { lengths: [2, 6] }).shape).toEqual([2, 6, 3]);
    expect(model.forward(zeros([2, 1, 3])).shape).toEqual([2, 1, 3]);
  });

  test("a generator gives a score for each token of its targets", () => {
    const options = { hiddenSize: 4, layers: 2, vocabularySize: 7, rng } as const;
    const fromVector = new SequenceGenerator({ ...options, conditionSize: 3 });
    expect(fromVector.forward(zeros([2, 3]), tokens(2, 5)).shape).toEqual([2, 5, 7]);
    const fromClass = new SequenceGenerator({ ...options, conditionClasses: 3, embeddingSize: 2 });
    expect(fromClass.forward(tensor(Uint32Array.of(0, 2)), tokens(2, 1)).shape).toEqual([2, 1, 7]);
  });
});

test("options reach the cell", () => {
  const lstm = new SequenceTagger({ inputSize: 2, hiddenSize: 6, tags: 2, projSize: 3, peepholes: true, rng });
  expect(lstm.cell).toBeInstanceOf(LSTM);
  expect(lstm.cell.outputSize).toBe(3);
  expect(lstm.output.weight.shape).toEqual([2, 3]);
  const gru = new SequenceTagger({ inputSize: 2, hiddenSize: 6, tags: 2, cell: "gru", reset: "before", rng });
  expect(gru.cell instanceof GRU && gru.cell.reset).toBe("before");
  const rnn = new SequenceTagger({
    inputSize: 2,
    hiddenSize: 6,
    tags: 2,
    cell: "rnn",
    activation: { name: "relu" },
    rng,
  });
  expect(rnn.cell instanceof RNN && rnn.cell.activation.name).toBe("relu");
});

test("tied weights are one parameter", () => {
  const model = new LanguageModel({ vocabularySize: 9, embeddingSize: 4, hiddenSize: 4, tied: true, rng });
  expect(model.output.weight).toBe(model.embedding?.weight);
  expect([...model.namedParameters().keys()]).toEqual([
    "embedding.weight",
    "cell.weightIh.0",
    "cell.weightHh.0",
    "cell.bias.0",
    "output.bias",
  ]);
});

describe("bad options", () => {
  const message = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      return String(error);
    }
    throw new Error("nothing was thrown");
  };
  const rejection = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "nothing was thrown",
      (error: unknown) => String(error),
    );

  test("of the input", () => {
    const embedding = new Embedding(3, 2, { rng });
    expect(message(() => new SequenceTagger({ hiddenSize: 4, tags: 2 }))).toMatchInlineSnapshot(
      `"ValueError: SequenceTagger: the input should be one of inputSize, vocabularySize and embedding but is none of them. inputSize is for features [B, T, I], vocabularySize or embedding for tokens [B, T]."`,
    );
    expect(
      message(() => new SequenceTagger({ hiddenSize: 4, tags: 2, inputSize: 2, embedding })),
    ).toMatchInlineSnapshot(
      `"ValueError: SequenceTagger: the input should be one of inputSize, vocabularySize and embedding but is inputSize and embedding. inputSize is for features [B, T, I], vocabularySize or embedding for tokens [B, T]."`,
    );
    expect(
      message(() => new SequenceTagger({ hiddenSize: 4, tags: 2, inputSize: 2, embeddingSize: 3 })),
    ).toMatchInlineSnapshot(
      `"ValueError: SequenceTagger: embeddingSize should be beside vocabularySize only but is beside inputSize."`,
    );
  });

  test("of the model", () => {
    const options = { inputSize: 2, hiddenSize: 4 } as const;
    const unknownCell: string = "ltsm";
    expect(
      message(() => new SequenceTagger({ ...options, tags: 2, cell: unknownCell as "lstm" })),
    ).toMatchInlineSnapshot(`"ValueError: SequenceTagger: cell should be lstm or gru or rnn but is "ltsm"."`);
    const unknownPooling: string = "sum";
    expect(
      message(() => new SequenceClassifier({ ...options, classes: 2, pooling: unknownPooling as "max" })),
    ).toMatchInlineSnapshot(`"ValueError: SequenceClassifier: pooling should be last or mean or max but is "sum"."`);
    expect(message(() => new SequenceClassifier({ ...options, classes: 0 }))).toMatchInlineSnapshot(
      `"ValueError: SequenceClassifier: classes should be a positive whole number but is 0."`,
    );
    expect(
      message(() => new SequenceAutoencoder({ ...options, task: "prediction", direction: "bidirectional" })),
    ).toMatchInlineSnapshot(
      `"ValueError: SequenceAutoencoder: direction should be forward where steps are predicted: what is to be predicted must not be seen but is bidirectional."`,
    );
    expect(message(() => new SequenceGenerator({ hiddenSize: 4, vocabularySize: 3 }))).toMatchInlineSnapshot(
      `"ValueError: SequenceGenerator: the condition should be one of conditionSize and conditionClasses but is none of them."`,
    );
    expect(
      message(() => new LanguageModel({ vocabularySize: 3, hiddenSize: 4, direction: "reverse" })),
    ).toMatchInlineSnapshot(
      `"ValueError: LanguageModel: direction should be forward: what comes after a token must not be seen but is "reverse"."`,
    );
    expect(message(() => new LanguageModel({ vocabularySize: 3, hiddenSize: 4, tied: true }))).toMatchInlineSnapshot(
      `"ValueError: LanguageModel: tied should be true beside vocabularySize and embeddingSize, or beside embedding but is true where there are no vectors to share."`,
    );
    expect(
      message(() => new LanguageModel({ vocabularySize: 3, embeddingSize: 5, hiddenSize: 4, tied: true })),
    ).toMatchInlineSnapshot(
      `"ValueError: LanguageModel: embeddingSize should be 4 with tied: true, as many features as the layers give out but is 5."`,
    );
  });

  test("of drawing", async () => {
    const model = new LanguageModel({ vocabularySize: 5, hiddenSize: 4, rng });
    const said = [
      await rejection(model.generate([1], { length: 4, temperature: 0 })),
      await rejection(model.generate([1], { length: 4, topK: 0 })),
      await rejection(model.generate([1], { length: 4, topP: 0 })),
      await rejection(model.generate([1], { length: 4, topP: 1.01 })),
      await rejection(model.generate([1], { length: 0 })),
      await rejection(model.generate([1], { length: 4, greedy: true, temperature: 2 })),
      await rejection(model.generate([1], { length: 4, seed: 1, rng })),
      await rejection(model.generate([1], { length: 4, seed: -1 })),
      await rejection(model.generate([1], { length: 4, stop: 5 })),
      await rejection(model.generate([1], { length: 4, perSubmission: 8 })),
      await rejection(model.generate([], { length: 4 })),
      await rejection(model.generate([1, 5], { length: 4 })),
      await rejection(model.generateRows([[1], []], { length: 4 })),
      await rejection(model.generateRows([], { length: 4 })),
    ].join("\n");
    expect(said).toMatchInlineSnapshot(`
      "ValueError: LanguageModel.generate: temperature should be a finite number above 0 but is 0. For the most probable each time take argmax, or greedy: true.
      ValueError: LanguageModel.generate: topK should be a positive whole number but is 0.
      ValueError: LanguageModel.generate: topP should be above 0 and at most 1 but is 0.
      ValueError: LanguageModel.generate: topP should be above 0 and at most 1 but is 1.01.
      ValueError: LanguageModel.generate: length should be a positive whole number but is 0.
      ValueError: LanguageModel.generate: the options should be greedy: true, or how to draw but is greedy: true beside temperature.
      ValueError: LanguageModel.generate: the options should be seed or rng but is both.
      ValueError: random: seed should be a whole number from 0 to 2^53 − 1 but is -1.
      ValueError: LanguageModel.generate: stop should be a token from 0 to 4 but is 5.
      ValueError: LanguageModel.generate: perSubmission should be a whole number from 16 but is 8.
      ValueError: LanguageModel.generate: the prompt should be at least one token but is empty. Begin with the token that begins texts, or with one that often does.
      ValueError: LanguageModel.generate: the prompt should be a token from 0 to 4 but is 5.
      ValueError: LanguageModel.generate: prompts[1] should be at least one token but is empty. Begin with the token that begins texts, or with one that often does.
      ShapeError: LanguageModel.generate: prompts should be at least one but is none."
    `);
    expect(message(() => categorical(zeros([2, 3]), { temperature: Number.NaN }))).toMatchInlineSnapshot(
      `"ValueError: categorical: temperature should be a finite number above 0 but is NaN. For the most probable each time take argmax, or greedy: true."`,
    );
  });

  test("of drawing, where options that are undefined are not there", () => {
    const drawn = { temperature: undefined, topK: undefined, topP: undefined, seed: undefined, rng: undefined };
    expect(expectDrawing("generate", 5, { length: 3, greedy: true, ...drawn }).length).toBe(3);
  });

  test("of a state: it belongs to another kind of cell", () => {
    const lstm = new LanguageModel({ vocabularySize: 5, hiddenSize: 4, rng });
    const gru = new LanguageModel({ vocabularySize: 5, hiddenSize: 4, cell: "gru", rng });
    const { state } = gru.forward(tokens(1, 2));
    expect(message(() => lstm.forward(tokens(1, 2), { state }))).toMatchInlineSnapshot(
      `"DTypeError: forward: state should be an LSTM's, { h, c }, but is a tensor. Pass what this model's forward returned as state."`,
    );
    const other = lstm.forward(tokens(1, 2)).state;
    expect(message(() => gru.forward(tokens(1, 2), { state: other }))).toMatchInlineSnapshot(
      `"DTypeError: forward: state should be a tensor [layers · directions, B, H] but is { h, c }. Pass what this model's forward returned as state."`,
    );
  });
});
