import { useOnnxRuntime } from "@unroll/testing/onnx";
import { expect, test } from "vitest";
import {
  add,
  Cell,
  ClockworkCell,
  ConvLSTM2DCell,
  DeepTransitionCell,
  ElmanCell,
  exportONNX,
  GRUCell,
  JordanCell,
  LayerNormLSTMCell,
  LSTM,
  LSTMCell,
  type Module,
  mul,
  Recurrent,
  random,
  SCRNCell,
  type StepResult,
  type Tensor,
  tanh,
  tensor,
  Zoneout,
} from "../..";
import { useTestDevice } from "../../test-support/device";
import { expectSame, type Inputs } from "../test-support/onnx-runtime";

useTestDevice();
useOnnxRuntime();

const rng = random(23);
const f32 = (shape: readonly number[]): Tensor => tensor(rng.normal(shape.reduce((a, b) => a * b, 1)), { shape });

// Roundings of sums of at most 60 products of size 2 in each of 9 steps, by their root: 3e-6.
const BOUND = 1e-5;

const cells = {
  ElmanCell: (I: number) => new ElmanCell(I, 5, { rng }),
  JordanCell: (I: number) => new JordanCell(I, 5, 3, { rng }),
  ClockworkCell: (I: number) => new ClockworkCell(I, 6, [1, 2, 4], { rng }),
  SCRNCell: (I: number) => new SCRNCell(I, 4, 2, { rng, adaptive: true }),
  LSTMCell: (I: number) => new LSTMCell(I, 5, { rng }),
  GRUCell: (I: number) => new GRUCell(I, 5, { rng }),
  LayerNormLSTMCell: (I: number) => new LayerNormLSTMCell(I, 5, { rng }),
  DeepTransitionCell: (I: number) => new DeepTransitionCell(I, 5, { rng }),
  "Zoneout of LSTMCell": (I: number) => new Zoneout(new LSTMCell(I, 5, { rng }), { h: 0.2, c: 0.4 }),
};

/** For sizes that it was not traced with. */
async function expectSameOverSequences(model: Module, forward: (x: Tensor, lengths: Tensor) => object): Promise<void> {
  for (const [B, T] of [
    [3, 9],
    [1, 1],
  ] as const) {
    await expectSame(
      model,
      {
        inputs: {
          x: { shape: ["batch", "time", 4] },
          lengths: { shape: ["batch"], dtype: "u32" },
        },
        given: { x: f32([B, T, 4]), lengths: tensor(Uint32Array.from({ length: B }, (_, row) => T - 3 * row)) },
        forward: ({ x, lengths }) => ({ ...forward(x as Tensor, lengths as Tensor) }),
      },
      BOUND,
    );
  }
}

test.each(Object.entries(cells))("Recurrent over %s, whatever the number of steps", async (_, make) => {
  const model = new Recurrent<Record<string, Tensor>>(make, { inputSize: 4, direction: "reverse" });
  await expectSameOverSequences(model, (x, lengths) => {
    const whole = model.forward(x);
    const { output, state } = model.forward(x, { lengths, state: whole.state });
    return { ...whole.state, all: whole.output, output, ...prefixed(state) };
  });
});

const prefixed = (state: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [`last_${name}`, value]));

test("two layers, both ways, over rows of several lengths", async () => {
  const model = new Recurrent<{ h: Tensor }>((I) => new ElmanCell(I, 3, { rng }), {
    inputSize: 4,
    layers: 2,
    direction: "bidirectional",
    dropout: 0.5,
    recurrentDropout: 0.5,
  });
  await expectSameOverSequences(model, (x, lengths) => {
    const { output, state } = model.forward(x, { lengths });
    return { output, h: state.h };
  });
});

test.each(["reverse", "bidirectional"] as const)("an LSTM whose state is projected, %s", async (direction) => {
  const model = new LSTM(4, 5, { rng, projSize: 3, layers: 2, direction });
  await expectSameOverSequences(model, (x, lengths) => {
    const whole = model.forward(x);
    const { output, state } = model.forward(x, { lengths, state: whole.state });
    return { all: whole.output, ...whole.state, output, ...prefixed({ ...state }) };
  });
});

test("images over time", async () => {
  const model = new Recurrent<Record<string, Tensor>>(
    () => new ConvLSTM2DCell([2, 5, 4], 3, { rng, kernelSize: 3, padding: "same" }),
    { inputSize: [2, 5, 4] },
  );
  await expectSame(
    model,
    {
      inputs: { x: { shape: ["batch", "time", 2, 5, 4] } },
      given: { x: f32([2, 3, 2, 5, 4]) },
      forward: ({ x }) => ({ y: model.forward(x as Tensor).output }),
    },
    BOUND,
  );
});

/** Divides by another number at every step, so that no one step stands for all. */
class Counting extends Cell<{ h: Tensor }, Tensor> {
  #count = 0;

  override prepare(x: Tensor): Tensor {
    this.#count = 0;
    return x;
  }

  step(x: Tensor, { h }: { h: Tensor }): StepResult<{ h: Tensor }> {
    this.#count++;
    const next = tanh(add(mul(h, 1 / this.#count), x));
    return { output: next, state: { h: next } };
  }
}

test("a cell whose steps differ is written step by step, of which there must be a fixed number", async () => {
  const model = new Recurrent(new Counting({ inputSize: 4, outputSize: 4, states: { h: 4 } }));
  const x = f32([2, 5, 4]);
  model.forward(x); // the first time a step more is recorded
  const forward = (given: Inputs): Record<string, Tensor> => ({ y: model.forward(given.x as Tensor).output });
  await expectSame(model, { inputs: { x: { shape: ["batch", 5, 4] } }, given: { x }, forward }, BOUND);
  await expect(
    exportONNX(model, { inputs: { x: { shape: ["batch", "time", 4] } }, forward }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: exportONNX: forward takes axis 1 of [101, 103, 4] apart, whose extent is open. Give that axis a fixed extent in inputs: what is done with its parts is written for each.]`,
  );
});
