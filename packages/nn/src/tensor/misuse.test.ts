import { describe, expect, test } from "vitest";
import * as nn from "..";

const { tensor, Linear, LSTM, Adam } = nn;
const zeros = (...shape: number[]) => nn.zeros(shape);
/** What plain JavaScript passes, where TypeScript would refuse it. */
const passed = (value: unknown) => JSON.parse(JSON.stringify(value));
/** Calls a function of the package as plain JavaScript does. */
const call = (of: (...args: never[]) => unknown, ...args: unknown[]): unknown => Reflect.apply(of, undefined, args);
const model = () => new Linear(3, 2);
const loss = (of: nn.Linear) => nn.mean(of.forward(zeros(2, 3)));

/** The message with which a call fails, at once or later. */
async function message(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return String(error);
  }
  return "no error";
}

const cases: Readonly<Record<string, readonly [run: () => unknown, expected: string]>> = {
  "reshape(x, 2, 2)": [
    () => call(nn.reshape, zeros(4), 2, 2),
    "ShapeError: reshape: the shape should be an array of whole extents, at least -1 each, but is 2.",
  ],
  "zeros(2, 3)": [
    () => call(nn.zeros, 2, 3),
    "ShapeError: full: the shape should be an array of whole extents, at least 0 each, but is 2.",
  ],
  "full([2])": [
    () => call(nn.full, [2]),
    "DTypeError: full: argument 0 should be a tensor or a number but is undefined",
  ],
  "tensor(values, { shape: 4 })": [
    () => tensor([1, 2, 3, 4], { shape: passed(4) }),
    "ShapeError: tensor: the shape should be an array of whole extents, at least 0 each, but is 4.",
  ],
  "concat(a, b)": [
    () => call(nn.concat, zeros(2), zeros(2)),
    "ValueError: concat: tensors should be an array of tensors but is a Tensor.",
  ],
  "concat of an array": [
    () => nn.concat([zeros(2), passed([1])], 0),
    "DTypeError: concat: tensors should be a Tensor but is an Array.",
  ],
  "stack(a, b)": [
    () => call(nn.stack, zeros(2), zeros(2)),
    "ValueError: stack: tensors should be an array of tensors but is a Tensor.",
  ],
  "unstack of an array": [
    () => nn.unstack(passed([[1]])),
    "DTypeError: unstack: x should be a Tensor but is an Array.",
  ],
  "transpose of an array": [
    () => nn.transpose(passed([[1]])),
    "DTypeError: transpose: x should be a Tensor but is an Array.",
  ],
  "permute(x, 1, 0)": [
    () => call(nn.permute, zeros(2, 3), 1, 0),
    "ValueError: permute: order should be each of the 2 axes once but is [1].",
  ],
  "softmax(x, { axis })": [
    () => nn.softmax(zeros(2, 2), passed({ axis: 0 })),
    "ShapeError: softmax: axis should be a whole number from -2 to 1 but is an Object.",
  ],
  "argmax(x, 1, { keepdims })": [
    () => nn.argmax(zeros(2, 2), 1, passed({ keepdims: true })),
    "ValueError: argmax: options.keepdims should be one of keepDims, last but is not one of them.",
  ],
  'cast(x, "float32")': [
    () => nn.cast(zeros(2), passed("float32")),
    "DTypeError: cast: dtype should be f32, f16, i32, u32 or bool but is float32.",
  ],
  "cast of an array": [() => nn.cast(passed([1]), "i32"), "DTypeError: cast: x should be a Tensor but is an Array."],
  "detach of an array": [() => nn.detach(passed([1])), "DTypeError: detach: x should be a Tensor but is an Array."],
  "crossEntropy without targets": [
    () => call(nn.crossEntropy, zeros(1, 2)),
    "DTypeError: crossEntropy: targets should be a Tensor but is undefined.",
  ],
  "{ rng: 42 }": [
    () => new Linear(3, 2, { rng: passed(42) }),
    "ValueError: random: rng should be a generator but is 42. Make one with random(seed).",
  ],
  "{ rng: Math.random }": [
    () => call(nn.dropout, zeros(2), 0.5, { rng: Math.random }),
    "ValueError: random: rng should be a generator but is a Function. Make one with random(seed).",
  ],
  "a layer larger than memory": [
    () => new Linear(1e6, 1e6),
    "ValueError: Generator.uniform: size should be a whole number from 0 to 2^30 − 1 but is 1000000000000.",
  ],
  'a size in quotes, new Linear("3", 2)': [
    () => new Linear(passed("3"), 2),
    'ValueError: Linear: inputSize should be a positive whole number but is "3".',
  ],
  'new LayerNorm("32")': [
    () => new nn.LayerNorm(passed("32")),
    'ValueError: LayerNorm: normalizedShape should be a positive whole number but is "32".',
  ],
  "new LayerNorm()": [
    () => Reflect.construct(nn.LayerNorm, []),
    "ValueError: LayerNorm: normalizedShape should be a positive whole number but is undefined.",
  ],
  "new LayerNorm(32, { eps })": [
    () => new nn.LayerNorm(32, passed({ eps: 1 })),
    "ValueError: LayerNorm: options.eps should be one of epsilon, bias but is not one of them.",
  ],
  "LayerNorm over an array": [
    () => new nn.LayerNorm(2).forward(passed([[1, 2]])),
    "DTypeError: LayerNorm.forward: x should be a Tensor but is an Array.",
  ],
  "new LSTMCell(2)": [
    () => Reflect.construct(nn.LSTMCell, [2]),
    "ValueError: LSTMCell: outputSize should be a positive whole number but is undefined.",
  ],
  "new Embedding(5, 2, { padding_idx })": [
    () => new nn.Embedding(5, 2, passed({ padding_idx: 0 })),
    "ValueError: Embedding: options.padding_idx should be one of rng, paddingId, init, vectors, frozen but is not one of",
  ],
  'new RNN(2, 3, { activation: "relu" })': [
    () => new nn.RNN(2, 3, { activation: passed("relu") }),
    "ValueError: activation: it should be { name }, of one of linear, affine,",
  ],
  "new RNN(2, 3, { activation: relu })": [
    () => Reflect.construct(nn.RNN, [2, 3, { activation: nn.relu }]),
    "thresholdedRelu, scaledTanh, hardSigmoid, elu, softsign, softplus, but is a function.",
  ],
  "a dropout in quotes": [
    () => new LSTM(2, 3, { layers: 2, dropout: passed("0.5") }),
    'ValueError: LSTM: dropout should be at least 0 and less than 1 but is "0.5".',
  ],
  "new Adam(model, { lr })": [
    () => Reflect.construct(Adam, [model(), { lr: 0.1 }]),
    "ValueError: Adam: the parameters should be an array but is an Object. Pass model.parameters().",
  ],
  "a learning rate in quotes": [
    () => new Adam(model().parameters(), { lr: passed("0.1") }),
    'ValueError: Adam: lr should be a finite number, at least 0 but is "0.1".',
  ],
  "new Adam([undefined], { lr })": [
    () => Reflect.construct(Adam, [[undefined], { lr: 0.1 }]),
    "ValueError: Adam: groups[0] should be { parameters, name, lr",
  ],
  "a group of tensors": [
    () => Reflect.construct(Adam, [[{ parameters: [zeros(2)] }], { lr: 0.1 }]),
    "ValueError: Adam: parameter should be a Parameter but is a Tensor.",
  ],
  "grad(loss, weight)": [
    () => call(nn.grad, nn.sum(zeros(2)), zeros(2)),
    "ValueError: grad: of should be an array of tensors but is a Tensor.",
  ],
  "evaluate(x)": [
    () => call(nn.evaluate, zeros(2)),
    "ValueError: evaluate: tensors should be an array of tensors but is a Tensor.",
  ],
  "save(parameters)": [
    () => call(nn.save, model().parameters()),
    "ValueError: save: model should be a Module but is an Array.",
  ],
  "readONNX of an address": [
    () => nn.readONNX(passed("model.onnx")),
    'ValueError: readONNX: file should be an ArrayBuffer or a Uint8Array but is "model.onnx". Pass what await response',
  ],
  "exportONNX(model)": [
    () => call(nn.exportONNX, model()),
    "ValueError: exportONNX: inputs should be at least one but is missing. Describe what it reads: { inputs: { x: { sh",
  ],
  "inspect(loss)": [
    () => call(nn.inspect, loss(model())),
    "ValueError: inspect: model should be a Module but is a Tensor.",
  ],
  "inspect(model, () => loss)": [
    () => call(nn.inspect, model(), () => loss(model())),
    "DTypeError: inspect: loss should be a Tensor but is a Function.",
  ],
  "minimizeChunk(loss, optimizer)": [
    () => call(nn.minimizeChunk, loss(model())),
    "ValueError: minimizeChunk: optimizer should be an Optimizer but is a Tensor.",
  ],
};

test.each(Object.entries(cases))("%s", async (_, [run, expected]) => {
  expect((await message(run)).replace(/^(\w+): \1: /, "$1: ")).toContain(expected);
});

describe("minimize", () => {
  const trained = model();
  const optimizer = new Adam(trained.parameters(), { lr: 0.1 });
  const minimize = (...args: unknown[]) => message(() => Reflect.apply(optimizer.minimize, optimizer, args));

  test("without a loss, or with a promise of one", async () => {
    expect(await minimize()).toBe("DTypeError: Adam.minimize: loss should be a Tensor but is undefined.");
    expect(await minimize(Promise.resolve(loss(trained)))).toBe(
      "DTypeError: Adam.minimize: loss should be a Tensor but is a Promise.",
    );
  });

  test("with what to compute beside it not in an array", async () => {
    expect(await minimize(loss(trained), { evaluate: zeros(2) })).toBe(
      "ValueError: Adam.minimize: evaluate should be an array of tensors but is a Tensor.",
    );
    expect(await minimize(loss(trained), { evaluate: [1] })).toBe(
      "DTypeError: Adam.minimize: evaluate should be a Tensor but is a Number.",
    );
  });
});

describe("ready models", () => {
  const classifier = new nn.SequenceClassifier({ inputSize: 2, hiddenSize: 3, classes: 2 });
  const language = new nn.LanguageModel({ vocabularySize: 5, hiddenSize: 3 });
  const ids = tensor(new Uint32Array(6), { shape: [2, 3] });

  test("x and y in the place of a batch", async () => {
    expect(await message(() => Reflect.apply(classifier.loss, classifier, [zeros(2, 3, 2), ids]))).toBe(
      "ValueError: SequenceClassifier.loss: batch should be { x, y, lengths } but is a Tensor.",
    );
    expect(await message(() => Reflect.apply(language.loss, language, [ids, ids]))).toBe(
      "ValueError: LanguageModel.chunk: batch should be { x, y, lengths } but is a Tensor.",
    );
  });

  test("trainChunk with its arguments swapped", async () => {
    const swapped = [{ x: ids, y: ids }, new Adam(language.parameters(), { lr: 0.1 })];
    expect(await message(() => Reflect.apply(language.trainChunk, language, swapped))).toBe(
      "ValueError: trainChunk: optimizer should be an Optimizer but is an Object.",
    );
  });
});
