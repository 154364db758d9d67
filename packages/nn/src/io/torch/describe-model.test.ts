import { expect, test } from "vitest";
import { ElmanCell, GRU, LSTM, Recurrent, RNN } from "../..";
import { describeModel } from "./describe-model";

test("a layer that PyTorch has none of is refused, with what sets it apart", () => {
  const merged = new LSTM(3, 4, { direction: "bidirectional", merge: "sum" });
  expect(() => describeModel("saveTorch", merged)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: saveTorch: PyTorch has no layer with the option merge: "sum", which the model has. Save the model with save() in its own layout.]`,
  );
  const residual = new GRU(3, 4, { layers: 2, residual: true });
  expect(() => describeModel("saveTorch", residual)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: saveTorch: PyTorch has no layer with the option residual, which the model has. Save the model with save() in its own layout.]`,
  );
  const composed = new Recurrent(new ElmanCell(3, 4));
  expect(() => describeModel("saveTorch", composed)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: saveTorch: the parameter cells.0.weightIh belongs to a module that PyTorch has no counterpart of. Save the model with save() in its own layout.]`,
  );
});

test("options that change nothing here are no hindrance", () => {
  expect(describeModel("saveTorch", new RNN(3, 4, { merge: "sum", residual: true })).size).toBe(1);
});
