import { describe, expect, test } from "vitest";
import {
  add,
  Cell,
  ClockworkCell,
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
  new Recurrent((inputSize) => new LSTMCell(inputSize, 5, { rng: random(1) }), { inputSize: 3, layers, direction, merge });

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
    expect(paths).toEqual(["weightIh", "weightHh", "bias"].flatMap((name) => [`cells.0.${name}`]).concat(
      ["weightIh", "weightHh", "bias"].map((name) => `cells.1.${name}`),
    ));
  });

  test("says what is wrong with what it is made of", () => {
    expect(() => new Recurrent(new ElmanCell(3, 4), { layers: 2 })).toThrowErrorMatchingInlineSnapshot();
    expect(() => new Recurrent((inputSize) => new ElmanCell(inputSize, 4))).toThrowErrorMatchingInlineSnapshot();
    expect(
      () => new Recurrent(() => new ElmanCell(3, 4), { inputSize: 3, layers: 2 }),
    ).toThrowErrorMatchingInlineSnapshot();
    const cell = new ElmanCell(3, 4);
    expect(() => new Recurrent(cell, { dropout: 1 })).toThrowErrorMatchingInlineSnapshot();
    expect(() => new Recurrent(cell, { layers: 0 })).toThrowErrorMatchingInlineSnapshot();
    expect(() => new Recurrent(cell, { merge: "max" as "sum" })).toThrowErrorMatchingInlineSnapshot();
    expect(() => new Recurrent(cell, { direction: "both" as "forward" })).toThrowErrorMatchingInlineSnapshot();
  });

  test("says what is wrong with a batch", () => {
    const module = new Recurrent(new ElmanCell(3, 4));
    expect(() => module.forward(zeros([2, 5, 4]))).toThrowErrorMatchingInlineSnapshot();
    expect(() => module.forward(zeros([2, 0, 3]))).toThrowErrorMatchingInlineSnapshot();
    expect(() => module.forward(tensor([[1, 2]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot();
    const x = zeros([2, 5, 3]);
    expect(() => module.forward(x, { lengths: [5, 0] })).toThrowErrorMatchingInlineSnapshot();
    expect(() => module.forward(x, { lengths: [5, 6] })).toThrowErrorMatchingInlineSnapshot();
    expect(() => module.forward(x, { lengths: [5] })).toThrowErrorMatchingInlineSnapshot();
    expect(() => module.forward(x, { state: { h: zeros([2, 4]) } })).toThrowErrorMatchingInlineSnapshot();
    expect(module.forward(x, { lengths: [5, 0], allowEmpty: true }).output.shape).toEqual([2, 5, 4]);
  });

  test("says what is wrong with a step", () => {
    const x = zeros([2, 5, 3]);
    const other = new (class Other extends Accumulator {
      override step(input: Tensor, { h }: State): StepResult<State> {
        return { output: input, state: { h: mul(h, zeros([4, 2, 3])) } };
      }
    })(3);
    expect(() => new Recurrent(other).forward(x)).toThrowErrorMatchingInlineSnapshot();
    const wide = new (class Wide extends Accumulator {
      override step(input: Tensor, state: State): StepResult<State> {
        return { output: stack([input, input], 2), state };
      }
    })(3);
    expect(() => new Recurrent(wide).forward(x)).toThrowErrorMatchingInlineSnapshot();
    const unseeing = new Recurrent(new Accumulator(3), { recurrentDropout: 0.5 });
    expect(() => unseeing.forward(x)).toThrowErrorMatchingInlineSnapshot();
    expect(unseeing.eval().forward(x).output.shape).toEqual([2, 5, 3]);
  });
});

test("cells say what is wrong with their sizes and options", () => {
  expect(() => new ElmanCell(0, 4)).toThrowErrorMatchingInlineSnapshot();
  expect(() => new LSTMCell(3, 2.5)).toThrowErrorMatchingInlineSnapshot();
  expect(() => new GRUCell(3, 4, { reset: "never" as "after" })).toThrowErrorMatchingInlineSnapshot();
  expect(() => new JordanCell(3, 4, 2, { decay: 1 })).toThrowErrorMatchingInlineSnapshot();
  expect(() => new SCRNCell(3, 4, 0)).toThrowErrorMatchingInlineSnapshot();
  expect(() => new SCRNCell(3, 4, 2, { decay: -1 })).toThrowErrorMatchingInlineSnapshot();
  expect(() => new ClockworkCell(3, 4, [1, 1])).toThrowErrorMatchingInlineSnapshot();
  expect(() => new ClockworkCell(3, 4, [])).toThrowErrorMatchingInlineSnapshot();
  expect(() => new ClockworkCell(3, 4, [1, 2, 4])).toThrowErrorMatchingInlineSnapshot();
  expect(() => new DeepTransitionCell(3, 4, { output: [0] })).toThrowErrorMatchingInlineSnapshot();
  expect(() => new Zoneout(new LSTMCell(3, 4), 1)).toThrowErrorMatchingInlineSnapshot();
  const clockwork = new ClockworkCell(3, 4, [1, 2]);
  expect(() => new Zoneout(clockwork, { h: 0.1, phase: 0.1 })).toThrowErrorMatchingInlineSnapshot();
});

test("split, stack and unstack say what is wrong", () => {
  const x = zeros([4, 6]);
  expect(() => split(x, 4)).toThrowErrorMatchingInlineSnapshot();
  expect(() => split(x, 2, 2)).toThrowErrorMatchingInlineSnapshot();
  expect(() => stack([])).toThrowErrorMatchingInlineSnapshot();
  expect(() => stack([x, zeros([4, 5])])).toThrowErrorMatchingInlineSnapshot();
  expect(() => unstack(x, -3)).toThrowErrorMatchingInlineSnapshot();
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
