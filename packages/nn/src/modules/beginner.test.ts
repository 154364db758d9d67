import { expect, test } from "vitest";
import { Adam, GRU, Linear, type Parameter, type Tensor, tensor } from "..";

const gru = new GRU(1, 4);

test("a sequence without its feature axis is told which axes there are", () => {
  expect(() => gru.forward(tensor(new Float32Array(12), { shape: [1, 12] }))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: GRU.forward: x should be [B, T, 1] but is [1, 12]. Rows, steps and features are an axis each, and x has 2: one feature a step is [rows, steps, 1], one row [1, steps, features].]`,
  );
});

test("what a layer returned, passed on whole, is told to be its output", () => {
  const whole: unknown = gru.forward(tensor(new Float32Array(12), { shape: [1, 12, 1] }));
  expect(() => new Linear(4, 2).forward(whole as Tensor)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: Linear.forward: x should be a Tensor but is an object with output, state. Pass its .output.]`,
  );
  expect(() => gru.forward(whole as Tensor)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: GRU.forward: x should be a Tensor but is an object with output, state. Pass its .output.]`,
  );
});

test("parameters that were not called for are told to be", () => {
  const method: unknown = gru.parameters;
  expect(() => new Adam(method as Parameter[], { lr: 0.1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Adam: the parameters should be an array but is a Function. Pass model.parameters().]`,
  );
});
