import { describe, expect, test } from "vitest";
import {
  Adam,
  AdamW,
  BatchNorm1d,
  Embedding,
  GRU,
  GRUCell,
  IRNN,
  LayerNorm,
  Linear,
  LSTM,
  type LSTMState,
  type Module,
  matmul,
  Recurrent,
  RNN,
  random,
  SequenceClassifier,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from "..";
import { modelBits } from "../test-support/bits";

const rng = random(3);
const lstm = new LSTM(3, 4, { rng, layers: 2 });
const gru = new GRU(3, 4, { rng });
const rnn = new RNN(3, 4, { rng });
const x = zeros([2, 5, 3]);

/** The error of `call`, after which every parameter has the bits it had. */
async function refusal(model: Module, call: () => Tensor | { output: Tensor }): Promise<unknown> {
  const before = await modelBits(model);
  let error: unknown = "no error";
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(await modelBits(model)).toEqual(before);
  return error;
}

/** The error of making a module. */
function refusalOf(make: () => Module): unknown {
  try {
    make();
  } catch (thrown) {
    return thrown;
  }
  return "no error";
}

describe("options of recurrent cells", () => {
  test("a projection that does not make states smaller", () => {
    expect(refusalOf(() => new LSTM(3, 4, { projSize: 4 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: projSize should be a whole number from 1 to hiddenSize − 1 = 3 but is 4. Leave it out for states of hiddenSize features.]`,
    );
    expect(refusalOf(() => new LSTM(3, 4, { projSize: -1 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: projSize should be a whole number from 1 to hiddenSize − 1 = 3 but is -1. Leave it out for states of hiddenSize features.]`,
    );
    expect(refusalOf(() => new LSTM(3, 1, { projSize: 1.5 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: projSize should be a whole number from 1 to hiddenSize − 1 = 0 but is 1.5. Leave it out for states of hiddenSize features.]`,
    );
    expect(refusalOf(() => new LSTM(3, 4, { projSize: 0 }))).toBe("no error"); // PyTorch's word for none
  });

  test("options that there are none of, as plain JavaScript allows", () => {
    const options = (given: object) => given as { layers: number };
    expect(() => new LSTM(3, 4, options({ bidirectional: true }))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LSTM: options.bidirectional should be one of layers, direction, merge, dropout, inputDropout, recurrentDropout, residual, rng, bias, init, forgetBias, gate, candidate, output, peepholes, coupled, clip, projSize but is not one of them. Did you mean direction?]`,
    );
    expect(() => new GRU(3, 4, options({ num_layers: 2 }))).toThrow("GRU: options.num_layers should be one of layers,");
    expect(() => new RNN(3, 4, options({ nonlinearity: "relu" }))).toThrow("RNN: options.nonlinearity should be");
    expect(() => new IRNN(3, 4, options({ scael: 1 }))).toThrow("IRNN: options.scael should be");
    expect(() => Reflect.construct(Linear, [2, 2, false])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Linear: options should be { rng, bias, init, weight } but is a Boolean.]`,
    );
    const sizes = { inputSize: 3, hiddenSize: 4, classes: 2 };
    expect(() => new SequenceClassifier({ ...sizes, ...options({ bidirectional: true }) })).toThrow(
      "SequenceClassifier: options.bidirectional should be one of cell, hiddenSize, classes, pooling, inputSize,",
    );
    expect(() => new SequenceClassifier({ ...sizes, cell: "gru", ...options({ forgetBias: 2 }) })).toThrow(
      "forgetBias",
    );
  });

  test("what stands where forward has its options", () => {
    const h = zeros([1, 2, 4]);
    const given = (what: unknown) => what as { lengths: number[] };
    expect(() => gru.forward(x, given(h))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: GRU.forward: options should be { state, lengths, allowEmpty } but is a Tensor.]`,
    );
    expect(() => lstm.forward(x, given({ h, c: h }))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LSTM.forward: options.h should be one of state, lengths, allowEmpty but is not one of them.]`,
    );
    expect(() => lstm.forward(x, given([5, 2]))).toThrow(
      "LSTM.forward: options should be { state, lengths, allowEmpty }",
    );
    const cells = new Recurrent(new GRUCell(3, 4));
    expect(() => cells.forward(x, given({ length: [5, 2] }))).toThrow("Recurrent.forward: options.length should be");
  });

  test("a forget bias where there is none", () => {
    expect(refusalOf(() => new LSTM(3, 4, { bias: false, forgetBias: 5 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: forgetBias should be left out with bias: false but is 5.]`,
    );
    expect(refusalOf(() => new LSTM(3, 4, { forgetBias: Number.NaN }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: forgetBias should be a finite number but is NaN.]`,
    );
  });

  test("steps of a layer that is to drop inputs while it trains", () => {
    const layer = new GRU(3, 4, { inputDropout: 0.5 });
    expect(() => layer.steps()).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: GRU.steps: a layer with inputDropout in training cannot be run a step at a time. Leave it out, or run a cell of tensor operations with Recurrent.]`,
    );
    layer.eval();
    expect(() => layer.steps()).not.toThrow();
  });

  test("a clip that is no bound", () => {
    expect(refusalOf(() => new LSTM(3, 4, { clip: 0 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: clip should be a positive number, the bound of every pre-activation but is 0. Leave it out where nothing is to be clipped.]`,
    );
    expect(refusalOf(() => new GRU(3, 4, { clip: -2 }))).toMatchInlineSnapshot(
      `[ValueError: GRU: clip should be a positive number, the bound of every pre-activation but is -2. Leave it out where nothing is to be clipped.]`,
    );
    expect(refusalOf(() => new RNN(3, 4, { clip: Number.NaN }))).toMatchInlineSnapshot(
      `[ValueError: RNN: clip should be a positive number, the bound of every pre-activation but is NaN. Leave it out where nothing is to be clipped.]`,
    );
  });

  test("a forget bias where there is no forget gate", () => {
    expect(refusalOf(() => new LSTM(3, 4, { coupled: true, forgetBias: 1 }))).toMatchInlineSnapshot(
      `[ValueError: LSTM: forgetBias should be left out with coupled: true, where f = 1 − i has no bias of its own but is 1.]`,
    );
  });

  test("a scale of the identity that is not finite", () => {
    expect(refusalOf(() => new IRNN(3, 4, { scale: Number.POSITIVE_INFINITY }))).toMatchInlineSnapshot(
      `[ValueError: IRNN: scale should be a finite number but is Infinity.]`,
    );
  });

  test("states of a projected LSTM: h has P features, c has H", async () => {
    const module = new LSTM(3, 4, { rng, projSize: 2 });
    const [narrow, wide] = [zeros([1, 2, 2]), zeros([1, 2, 4])];
    expect(await refusal(module, () => module.forward(x, { state: { h: wide, c: wide } }))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: state.h should be [1, 2, 2] but is [1, 2, 4]. States are [layers · directions, B, …]: h as wide as the projection makes it, c of H units.]`,
    );
    expect(await refusal(module, () => module.forward(x, { state: { h: narrow, c: narrow } }))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: state.c should be [1, 2, 4] but is [1, 2, 2]. States are [layers · directions, B, …]: h as wide as the projection makes it, c of H units.]`,
    );
    expect(module.forward(x, { state: { h: narrow, c: wide } }).output.shape).toEqual([2, 5, 2]);
  });
});

describe("recurrent layers", () => {
  test("features that are not inputSize", async () => {
    const wide = zeros([2, 5, 7]);
    expect(await refusal(lstm, () => lstm.forward(wide))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: x should be [B, T, 3] but is [2, 5, 7]. The last axis must equal inputSize: build the layer with new LSTM(7, …) or project x to 3 features first.]`,
    );
    expect(await refusal(gru, () => gru.forward(wide))).toMatchInlineSnapshot(
      `[ShapeError: GRU.forward: x should be [B, T, 3] but is [2, 5, 7]. The last axis must equal inputSize: build the layer with new GRU(7, …) or project x to 3 features first.]`,
    );
    expect(await refusal(rnn, () => rnn.forward(wide))).toMatchInlineSnapshot(
      `[ShapeError: RNN.forward: x should be [B, T, 3] but is [2, 5, 7]. The last axis must equal inputSize: build the layer with new RNN(7, …) or project x to 3 features first.]`,
    );
  });

  test("an input that is no batch of sequences", async () => {
    expect(await refusal(lstm, () => lstm.forward(zeros([5, 3])))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: x should be [B, T, 3] but is [5, 3]. Rows, steps and features are an axis each, and x has 2: one feature a step is [rows, steps, 1], one row [1, steps, features].]`,
    );
  });

  test("token ids where features belong", async () => {
    const ids = tensor(new Int32Array(30), { shape: [2, 5, 3] });
    expect(await refusal(rnn, () => rnn.forward(ids))).toMatchInlineSnapshot(
      `[ShapeError: RNN.forward: x should be [B, T] but is [2, 5, 3]. Whole numbers are classes, one for each step: [rows, steps]. Pass features as f32.]`,
    );
  });

  test.each(["RNN", "LSTM", "GRU"] as const)("an empty batch or no steps in %s", async (cell) => {
    const model = { RNN: rnn, LSTM: lstm, GRU: gru }[cell];
    const said = (shape: string) =>
      `${cell}.forward: x should be of at least one row and one step but is ${shape}. Leave empty batches out before they reach the model.`;
    expect(await refusal(model, () => model.forward(zeros([0, 5, 3])))).toMatchObject({
      name: "ShapeError",
      message: said("[0, 5, 3]"),
    });
    expect(await refusal(model, () => model.forward(zeros([2, 0, 3])))).toMatchObject({
      name: "ShapeError",
      message: said("[2, 0, 3]"),
    });
  });

  test("states of other shapes or dtypes", async () => {
    expect(await refusal(gru, () => gru.forward(x, { state: zeros([2, 4]) }))).toMatchInlineSnapshot(
      `[ShapeError: GRU.forward: state should be [1, 2, 4] but is [2, 4]. A state is [layers · directions, B, H].]`,
    );
    const state = { h: zeros([2, 2, 4]), c: zeros([1, 2, 4]) };
    expect(await refusal(lstm, () => lstm.forward(x, { state }))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: state.c should be [2, 2, 4] but is [1, 2, 4]. A state is [layers · directions, B, H].]`,
    );
    const whole = zeros([2, 2, 4]);
    // @ts-expect-error: a state as the other cells have it
    expect(await refusal(lstm, () => lstm.forward(x, { state: whole }))).toMatchInlineSnapshot(
      `[DTypeError: LSTM.forward: state.h should be a Tensor but is undefined.]`,
    );
    const half = { h: zeros([2, 2, 4]) } as LSTMState;
    expect(await refusal(lstm, () => lstm.forward(x, { state: half }))).toMatchInlineSnapshot(
      `[DTypeError: LSTM.forward: state.c should be a Tensor but is undefined.]`,
    );
    const integers = tensor(new Int32Array(8), { shape: [1, 2, 4] });
    expect(await refusal(rnn, () => rnn.forward(x, { state: integers }))).toMatchInlineSnapshot(
      `[DTypeError: RNN.forward: state should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
  });

  test("lengths", async () => {
    const given = (lengths: number[] | Tensor) => refusal(lstm, () => lstm.forward(x, { lengths }));
    expect(await given([5, 0])).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[1] should be a whole number from 1 to T = 5 but is 0. Leave empty sequences out of the batch, or pass allowEmpty: true.]`,
    );
    expect(await given([6, 5])).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[0] should be a whole number from 1 to T = 5 but is 6. Lengths count true steps.]`,
    );
    expect(await given([5, 2.5])).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[1] should be a whole number from 1 to T = 5 but is 2.5. Lengths count true steps.]`,
    );
    expect(await given([-1, 5])).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[0] should be a whole number from 1 to T = 5 but is -1. Lengths count true steps.]`,
    );
    expect(await given([Number.NaN, 5])).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[0] should be a whole number from 1 to T = 5 but is NaN. Lengths count true steps.]`,
    );
    expect(await given([5])).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: lengths should be 2, one for each row but is 1.]`,
    );
    expect(await given(tensor(Int32Array.of(5, 5)))).toMatchInlineSnapshot(
      `[DTypeError: LSTM.forward: lengths should be u32 but is i32.]`,
    );
    expect(await given(tensor(Uint32Array.of(5, 9)))).toMatchInlineSnapshot(
      `[ValueError: LSTM.forward: lengths[1] should be a whole number from 1 to T = 5 but is 9. Lengths count true steps.]`,
    );
    expect(await given(tensor(Uint32Array.of(5, 5, 5)))).toMatchInlineSnapshot(
      `[ShapeError: LSTM.forward: lengths should be [2] but is [3]. One length for each row.]`,
    );
  });

  test("allowEmpty lets lengths be 0, and nothing else", async () => {
    expect(gru.forward(x, { lengths: [0, 5], allowEmpty: true }).output.shape).toEqual([2, 5, 4]);
    const beyond = () => gru.forward(x, { lengths: [0, 6], allowEmpty: true });
    expect(await refusal(gru, beyond)).toMatchInlineSnapshot(
      `[ValueError: GRU.forward: lengths[1] should be a whole number from 0 to T = 5 but is 6. Lengths count true steps.]`,
    );
  });

  test("sizes and options", () => {
    expect(() => new LSTM(0, 4)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LSTM: inputSize should be a positive whole number but is 0.]`,
    );
    expect(() => new GRU(3, 2.5)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: GRU: hiddenSize should be a positive whole number but is 2.5.]`,
    );
    expect(() => new RNN(3, 4, { layers: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: RNN: layers should be a positive whole number but is 0.]`,
    );
    expect(() => new LSTM(3, 4, { dropout: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LSTM: dropout should be at least 0 and less than 1 but is 1.]`,
    );
    const sideways = JSON.parse('{ "direction": "sideways", "reset": "during" }');
    expect(() => new RNN(3, 4, { direction: sideways.direction })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: RNN: direction should be forward or reverse or bidirectional but is "sideways".]`,
    );
    expect(() => new GRU(3, 4, { reset: sideways.reset })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: GRU: reset should be after or before but is "during".]`,
    );
    const { init } = JSON.parse('{ "init": "tensorflow" }');
    expect(() => new LSTM(3, 4, { init })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LSTM: init should be torch or keras but is "tensorflow".]`,
    );
    expect(() => new GRU(3, 4, { init })).toThrow(`GRU: init should be torch or keras but is "tensorflow".`);
    expect(() => new Linear(3, 4, { init })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Linear: init should be torch or keras but is "tensorflow".]`,
    );
    expect(() => new Embedding(3, 4, { init })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Embedding: init should be torch or keras but is "tensorflow".]`,
    );
    expect(() => new LayerNorm(3, { epsilon: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: LayerNorm: epsilon should be a finite number, at least 0 but is -1.]`,
    );
    expect(() => new LayerNorm(3, { epsilon: Number.POSITIVE_INFINITY })).toThrow("but is Infinity.");
  });
});

describe("other modules and matmul", () => {
  const linear = new Linear(3, 2, { rng });
  const embedding = new Embedding(5, 2, { rng, paddingId: 0 });
  const norm = new LayerNorm([4, 3]);

  test("shapes", async () => {
    expect(await refusal(linear, () => linear.forward(zeros([2, 4])))).toMatchInlineSnapshot(
      `[ShapeError: Linear.forward: x should be [n0, 3] but is [2, 4]. The last axis must equal inputSize: build the layer with new Linear(4, …) or project x to 3 features first.]`,
    );
    expect(await refusal(norm, () => norm.forward(zeros([2, 4, 5])))).toMatchInlineSnapshot(
      `[ShapeError: LayerNorm.forward: x should be [2, 4, 3] but is [2, 4, 5].]`,
    );
    expect(() => matmul(zeros([2, 3]), zeros([4, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: b should be [3, N] but is [4, 2]. The last axis of a must equal the second last of b, and leading axes must be equal.]`,
    );
    expect(() => matmul(zeros([3]), zeros([3, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: a should be [..., rows, columns] but is [3]. Reshape a vector to one row or one column.]`,
    );
  });

  test("dtypes", async () => {
    const integers = tensor(new Int32Array(6), { shape: [2, 3] });
    expect(await refusal(linear, () => linear.forward(integers))).toMatchInlineSnapshot(
      `[DTypeError: Linear.forward: x should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
    expect(await refusal(embedding, () => embedding.forward(zeros([2])))).toMatchInlineSnapshot(
      `[DTypeError: embedding: ids should be u32 or i32 but is f32. Make it with tensor(values, { dtype: "u32" }), or cast it.]`,
    );
    expect(() => matmul(integers, zeros([3, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: matmul: a should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
  });

  test("tokens outside the vocabulary", async () => {
    expect(await refusal(embedding, () => embedding.forward(tensor([1, 5], { dtype: "i32" })))).toMatchInlineSnapshot(
      `[ValueError: embedding: ids[1] should be a row of the table, 0 to 4 but is 5. Encode with the vocabulary that the table was made for, or give unknown tokens an id of their own.]`,
    );
    expect(await refusal(embedding, () => embedding.forward(tensor(Int32Array.of(-1))))).toMatchInlineSnapshot(
      `[ValueError: embedding: ids[0] should be a row of the table, 0 to 4 but is -1. Encode with the vocabulary that the table was made for, or give unknown tokens an id of their own.]`,
    );
  });

  test("a padding token outside the vocabulary", () => {
    expect(() => new Embedding(5, 2, { paddingId: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Embedding: paddingId should be one of the tokens 0 to 4 but is -1.]`,
    );
    expect(() => new Embedding(5, 2, { paddingId: 5 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Embedding: paddingId should be one of the tokens 0 to 4 but is 5.]`,
    );
  });
});

describe("optimizers", () => {
  const model = new Linear(2, 1, { rng });
  const weight = [model.weight];

  test("numbers out of range", () => {
    expect(() => new SGD(weight, { lr: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: lr should be a finite number, at least 0 but is -1.]`,
    );
    expect(() => new SGD(weight, { lr: 1, clipNorm: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: clipNorm should be a finite number, at least 0 but is NaN.]`,
    );
    expect(() => new SGD([], { lr: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: the parameters should be at least one but is none. Pass model.parameters().]`,
    );
  });

  test("what a velocity would have, without one", () => {
    expect(() => new SGD(weight, { lr: 1, nesterov: true })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: nesterov should be left out without momentum but is true. Pass a momentum above 0.]`,
    );
    expect(() => new SGD(weight, { lr: 1, dampening: 0.1 })).toThrow("SGD: dampening should be left out");
  });

  test("a buffer, which is not trained", () => {
    const { runningMean } = new BatchNorm1d(2);
    expect(() => new SGD([runningMean], { lr: 1 })).toThrow("one that is trained but is a buffer");
  });

  test("no options, as plain JavaScript allows", () => {
    expect(() => Reflect.construct(Adam, [weight])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Adam: options.lr should be a finite number, at least 0 but is missing. Pass a learning rate: new Adam(parameters, { lr: 0.001 }).]`,
    );
    expect(() => Reflect.construct(AdamW, [weight])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: AdamW: options.lr should be a finite number, at least 0 but is missing. Pass a learning rate: new AdamW(parameters, { lr: 0.001 }).]`,
    );
    expect(() => Reflect.construct(SGD, [weight])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: options.lr should be a finite number, at least 0 but is missing. Pass a learning rate: new SGD(parameters, { lr: 0.001 }).]`,
    );
    expect(() => Reflect.construct(SGD, [weight, {}])).toThrow("SGD: options.lr should be");
    const { epsilon } = JSON.parse('{ "epsilon": "tensorflow" }');
    expect(() => new Adam(weight, { lr: 1, epsilon })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Adam: epsilon should be torch or keras but is "tensorflow".]`,
    );
    new SGD(weight, { lr: 1 }).dispose();
  });

  test("a refused optimizer leaves the parameters to the next", () => {
    expect(() => new SGD(weight, { lr: 1, momentum: -1 })).toThrow("SGD: momentum");
    expect(() => new Adam(weight, { lr: 1, beta1: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Adam: beta1 should be less than 1 but is 1.]`,
    );
    new SGD(weight, { lr: 1 }).dispose();
  });

  test("two over one parameter", () => {
    const first = new SGD(model.parameters(), { lr: 1 });
    expect(() => new SGD(weight, { lr: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: SGD: the parameter weight should be in one optimizer only but is in another already. Call dispose() on the other optimizer first.]`,
    );
    first.dispose();
    const second = new SGD(weight, { lr: 1 });
    expect(second.parameters).toEqual(weight);
    second.dispose();
  });
});
