import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  explain,
  GRU,
  grad,
  type LayerState,
  LSTM,
  mul,
  RNN,
  random,
  reshape,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  unstack,
  zeros,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();
const [B, T, I] = [3, 5, 4];

const numbers = (shape: readonly number[], seed: number): Tensor =>
  tensor(random(seed).normal(shape.reduce((a, b) => a * b, 1)), { shape });

describe.each([
  { name: "RNN", make: (H: number) => new RNN(I, H, { rng: random(1) }) },
  { name: "LSTM", make: (H: number) => new LSTM(I, H, { rng: random(1) }) },
  { name: "LSTM with a clip", make: (H: number) => new LSTM(I, H, { rng: random(1), clip: 0.5 }) },
  { name: "GRU", make: (H: number) => new GRU(I, H, { rng: random(1) }) },
  { name: "GRU without bias", make: (H: number) => new GRU(I, H, { rng: random(1), bias: false }) },
])("$name a step at a time", ({ make }) => {
  // 8: R has the layout that backward steps read already; 7: it is padded for them
  test.each([7, 8])("is the layer, gradients too: %i units", async (H) => {
    const layer = make(H);
    const x = numbers([B, T, I], 2);
    const h = numbers([B, H], 3);
    const c = numbers([B, H], 4);
    const asLayer = (state: Tensor): Tensor => reshape(state, [1, B, H]);
    const whole =
      layer instanceof LSTM
        ? layer.forward(x, { state: { h: asLayer(h), c: asLayer(c) } })
        : layer.forward(x, { state: asLayer(h) });
    const cell = "c" in whole.state ? sum(square(whole.state.c)) : zeros([]);
    const wanted = add(sum(mul(whole.output, numbers([B, T, H], 5))), cell);

    const steps = layer.steps();
    const products = steps.inputProduct(x);
    const part = mul(products, 0.25);
    const rest = unstack(sub(products, part), 1);
    const outputs: Tensor[] = [];
    let state: LayerState = layer instanceof LSTM ? { h, c } : { h };
    for (const [t, more] of unstack(part, 1).entries()) {
      state = steps.step(rest[t] as Tensor, state, { more });
      outputs.push(state.h);
    }
    const made = stack(outputs, 1);
    const found = add(sum(mul(made, numbers([B, T, H], 5))), state.c ? sum(square(state.c)) : zeros([]));

    // the input is a sum of two parts, off by an ulp of numbers below 8; through T steps, whose slopes are at most 1
    expectClose("outputs", await made.data(), await whole.output.data(), { absolute: T * 2 ** -21 });
    const of = [x, h, ...(layer instanceof LSTM ? [c] : []), ...layer.parameters()];
    const [got, want] = [grad(found, of), grad(wanted, of)];
    for (const [k, gradient] of got.entries()) {
      const [a, b] = [await gradient.data(), await (want[k] as Tensor).data()];
      const size = Math.max(1, ...Array.from(b, Math.abs));
      expectClose(of[k]?.name ?? `gradient ${k}`, a, b, { absolute: size * B * T * 2 ** -21 });
    }
  });

  test("a step is one dispatch", async () => {
    const layer = make(8);
    const steps = layer.steps();
    const c = layer instanceof LSTM ? { c: zeros([B, 8]) } : {};
    const dispatches = async (count: number): Promise<number> => {
      let state: LayerState = { h: numbers([B, 8], 3), ...c };
      for (let t = 0; t < count; t++) state = steps.step(numbers([B, layer.weightIh[0]?.shape[0] as number], t), state);
      return (await explain(state.h)).dispatches;
    };
    expect((await dispatches(5)) - (await dispatches(2))).toBe(3);
  });
});

test("layers that have no steps say so", () => {
  expect(() => new LSTM(I, 3, { peepholes: true }).steps()).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: LSTM.steps: a layer with peepholes cannot be run a step at a time. Leave it out, or run a cell of tensor operations with Recurrent.]`,
  );
  expect(() => new GRU(I, 3, { reset: "before" }).steps()).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: GRU.steps: a layer with reset "before" cannot be run a step at a time. Leave it out, or run a cell of tensor operations with Recurrent.]`,
  );
  expect(() => new RNN(I, 3, { direction: "bidirectional" }).steps()).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: RNN.steps: a layer with direction bidirectional cannot be run a step at a time. Leave it out, or run a cell of tensor operations with Recurrent.]`,
  );
  expect(() => new RNN(I, 3).steps(1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: RNN.steps: layer should be a layer from 0 to 0 but is 1.]`,
  );
});
