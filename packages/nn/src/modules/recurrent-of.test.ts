import { describe, expect, test } from "vitest";
import {
  add,
  Cell,
  ClockworkCell,
  ConvLSTM2D,
  DeepTransitionCell,
  ElmanCell,
  GRUCell,
  JordanCell,
  Linear,
  LSTMCell,
  mul,
  Recurrent,
  random,
  SCRNCell,
  type StepResult,
  split,
  stack,
  type Tensor,
  tensor,
  unstack,
  Zoneout,
  zeros,
} from "..";

type State = { h: Tensor };

/** A cell that looks at no third argument. */
class Accumulator extends Cell<State> {
  constructor(size: number) {
    super({ inputSize: size, outputSize: size, states: { h: size } });
  }

  step(x: Tensor, { h }: State): StepResult<State> {
    const next = add(h, x);
    return { output: next, state: { h: next } };
  }
}

const stackOf = (layers: number, direction: "forward" | "bidirectional", merge: "concat" | "sum" = "concat") =>
  new Recurrent((inputSize) => new LSTMCell(inputSize, 5, { rng: random(1) }), {
    inputSize: 3,
    layers,
    direction,
    merge,
  });

describe("Recurrent", () => {
  test("outputs and states have their shapes", () => {
    const x = zeros([2, 4, 3]);
    for (const [layers, direction, merge, D, O] of [
      [1, "forward", "concat", 1, 5],
      [3, "forward", "concat", 1, 5],
      [2, "bidirectional", "concat", 2, 10],
      [2, "bidirectional", "sum", 2, 5],
    ] as const) {
      const module = stackOf(layers, direction, merge);
      const { output, state } = module.forward(x);
      expect([output.shape, state.h.shape, state.c.shape]).toEqual([
        [2, 4, O],
        [layers * D, 2, 5],
        [layers * D, 2, 5],
      ]);
      expect(module.outputSize).toBe(O);
      expect(module.cells.at(-1)?.inputSize).toBe(layers > 1 ? O : 3);
    }
  });

  test("parameters are found by layer and direction", () => {
    const paths = [...stackOf(1, "bidirectional").namedParameters().keys()];
    expect(paths).toEqual(
      ["weightIh", "weightHh", "bias"]
        .flatMap((name) => [`cells.0.${name}`])
        .concat(["weightIh", "weightHh", "bias"].map((name) => `cells.1.${name}`)),
    );
  });

  test("says what is wrong with what it is made of", () => {
    expect(() => new Recurrent(new ElmanCell(3, 4), { layers: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: the cell should be a function that makes one, since 2 cells are needed, but is a cell. Pass (inputSize) => new ElmanCell(inputSize, …) and the option inputSize.]`,
    );
    expect(() => new Recurrent((inputSize) => new ElmanCell(inputSize, 4))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: inputSize should be given, since the cells are made here, but is missing. Pass new Recurrent((inputSize) => …, { inputSize: … }).]`,
    );
    expect(
      () => new Recurrent(() => new ElmanCell(3, 4), { inputSize: 3, layers: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent: the input of the cell of layer 1 should be [4] but is [3]. Make the cell for the input size that the function is given.]`,
    );
    const cell = new ElmanCell(3, 4);
    expect(() => new Recurrent(cell, { dropout: 1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: dropout should be at least 0 and less than 1 but is 1.]`,
    );
    expect(() => new Recurrent(cell, { layers: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: layers should be a positive whole number but is 0.]`,
    );
    expect(() => new Recurrent(cell, { merge: "max" as "sum" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: merge should be concat or sum or mean or product but is "max".]`,
    );
    expect(() => new Recurrent(cell, { direction: "both" as "forward" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent: direction should be forward or reverse or bidirectional but is "both".]`,
    );
  });

  test("says what is wrong with a batch", () => {
    const module = new Recurrent(new ElmanCell(3, 4));
    expect(() => module.forward(zeros([2, 5, 4]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent.forward: x should be [B, T, 3] but is [2, 5, 4].]`,
    );
    expect(() => module.forward(zeros([2, 0, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent.forward: x should be of at least one row and one step but is [2, 0, 3]. Leave empty batches out before they reach the model.]`,
    );
    expect(() => module.forward(tensor([[1, 2]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: Recurrent.forward: x should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
    const x = zeros([2, 5, 3]);
    expect(() => module.forward(x, { lengths: [5, 0] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent.forward: lengths[1] should be a whole number from 1 to T = 5 but is 0. Leave empty sequences out of the batch, or pass allowEmpty: true.]`,
    );
    expect(() => module.forward(x, { lengths: [5, 6] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Recurrent.forward: lengths[1] should be a whole number from 1 to T = 5 but is 6. Lengths count true steps.]`,
    );
    expect(() => module.forward(x, { lengths: [5] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent.forward: lengths should be 2, one for each row but is 1.]`,
    );
    expect(() => module.forward(x, { state: { h: zeros([2, 4]) } })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent.forward: state.h should be [1, 2, 4] but is [2, 4]. A state is [layers · directions, B, …].]`,
    );
    expect(module.forward(x, { lengths: [5, 0], allowEmpty: true }).output.shape).toEqual([2, 5, 4]);
  });

  test("says what is wrong with a step", () => {
    const x = zeros([2, 5, 3]);
    const other = new (class Other extends Accumulator {
      override step(input: Tensor, { h }: State): StepResult<State> {
        return { output: input, state: { h: mul(h, zeros([4, 2, 3])) } };
      }
    })(3);
    expect(() => new Recurrent(other).forward(x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Other.step: state.h should be [2, 3] but is [4, 2, 3]. A step gives every state that the cell declares, with its shape.]`,
    );
    const wide = new (class Wide extends Accumulator {
      override step(input: Tensor, state: State): StepResult<State> {
        return { output: stack([input, input], 2), state };
      }
    })(3);
    expect(() => new Recurrent(wide).forward(x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Wide.step: output should be [2, 5, 3] but is [2, 5, 3, 2]. A step gives [B, …] of the output that the cell declares.]`,
    );
    const unseeing = new Recurrent(new Accumulator(3), { recurrentDropout: 0.5 });
    expect(() => unseeing.forward(x)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Accumulator.step: the cell does not look at its third argument, so recurrent dropout would do nothing. Multiply recurrent weights by what step(x, state, seen) gets as seen, or leave recurrentDropout out.]`,
    );
    expect(unseeing.eval().forward(x).output.shape).toEqual([2, 5, 3]);
  });
});

test("a state of other names, and layers whose states are no one tensor", () => {
  const layer = new Recurrent(new LSTMCell(3, 5));
  const x = zeros([2, 4, 3]);
  const h = zeros([1, 2, 5]);
  const withState = (state: unknown) => () => layer.forward(x, { state: state as { h: Tensor; c: Tensor } });
  expect(withState({ h })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Recurrent.forward: state should be a tensor for each of h, c but is h. Pass what forward returned as state.]`,
  );
  expect(withState(h)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Recurrent.forward: state should be a tensor for each of h, c but is a tensor. Pass what forward returned as state.]`,
  );
  expect(withState({ H: h, C: h })).toThrow("but is H, C");
  const shrinking = { kernelSize: 3, padding: "valid", layers: 2 } as const;
  expect(() => new ConvLSTM2D([1, 6, 6], 2, shrinking)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: Recurrent: the state h of all layers should be [2, 4, 4] but is [2, 2, 2]. Let layers keep the extents of their input, or use a Recurrent for each.]`,
  );
});

test("cells say what is wrong with their sizes and options", () => {
  expect(() => new JordanCell(3, 0, 2)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: JordanCell: hiddenSize should be a positive whole number but is 0.]`,
  );
  expect(() => new LSTMCell(3, 4, { forgetBias: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LSTMCell: forgetBias should be a finite number but is NaN.]`,
  );
  expect(() => new ElmanCell(0, 4)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ElmanCell: inputSize should be a positive whole number but is 0.]`,
  );
  expect(() => new LSTMCell(3, 2.5)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LSTMCell: outputSize should be a positive whole number but is 2.5.]`,
  );
  expect(() => new GRUCell(3, 4, { reset: "never" as "after" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: GRUCell: reset should be after or before but is "never".]`,
  );
  expect(() => new JordanCell(3, 4, 2, { decay: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: JordanCell: decay should be at least 0 and less than 1 but is 1.]`,
  );
  expect(() => new SCRNCell(3, 4, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: SCRNCell: states.s should be a positive whole number but is 0.]`,
  );
  expect(() => new SCRNCell(3, 4, 2, { decay: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: SCRNCell: decay should be at least 0 and less than 1 but is -1.]`,
  );
  expect(() => new ClockworkCell(3, 4, [1, 1])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ClockworkCell: periods should be at least one, each longer than the one before but is [1, 1].]`,
  );
  expect(() => new ClockworkCell(3, 4, [])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ClockworkCell: periods should be at least one, each longer than the one before but is [].]`,
  );
  expect(() => new ClockworkCell(3, 4, [1, 2, 4])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ClockworkCell: hiddenSize should be a multiple of the 3 periods, each of which is that of a module of its own but is 4.]`,
  );
  expect(() => new DeepTransitionCell(3, 4, { output: [0] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: DeepTransitionCell: outputSize should be a positive whole number but is 0.]`,
  );
  expect(() => new Zoneout(new LSTMCell(3, 4), 1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Zoneout: h should be at least 0 and less than 1 but is 1.]`,
  );
  const clockwork = new ClockworkCell(3, 4, [1, 2]);
  expect(() => new Zoneout(clockwork, { h: 0.1, phase: 0.1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Zoneout: a rate should be that of one of the states h but is that of phase.]`,
  );
});

test("split, stack and unstack say what is wrong", () => {
  const x = zeros([4, 6]);
  expect(() => split(x, 4)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: split: count should be a number of parts that 6, the extent of axis 1, divides into but is 4.]`,
  );
  expect(() => split(x, 2, 2)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: split: axis should be a whole number from -2 to 1 but is 2.]`,
  );
  expect(() => stack([])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: stack: the tensors should be at least one but is none.]`,
  );
  expect(() => stack([x, zeros([4, 5])])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: concat: tensor 1 should be f32 [any, 4, 6] but is f32 [1, 4, 5].]`,
  );
  expect(() => unstack(x, -3)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: unstack: axis should be a whole number from -2 to 1 but is -3.]`,
  );
  expect(split(x, 1)).toEqual([x]);
  expect(unstack(zeros([1, 3])).map(({ shape }) => shape)).toEqual([[3]]);
});

test("modules inside a cell are found", () => {
  class Gated extends Cell<State> {
    readonly inner = new Linear(3, 3, { bias: false });
    step(x: Tensor, _: State, seen: State): StepResult<State> {
      const h = add(x, this.inner.forward(seen.h));
      return { output: h, state: { h } };
    }
  }
  const module = new Recurrent(new Gated({ inputSize: 3, outputSize: 3, states: { h: 3 } }));
  expect([...module.namedParameters().keys()]).toEqual(["cells.0.inner.weight"]);
});
