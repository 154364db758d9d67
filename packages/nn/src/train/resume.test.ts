import { expect, test } from "vitest";
import { BatchNorm1d, Linear, Module } from "..";
import { stateOf } from "../io/parameters";
import { weightTensors } from "./resume";

class Normed extends Module {
  readonly linear = new Linear(2, 3);
  readonly norm = new BatchNorm1d(3);
}

test("the best weights are kept with the buffers that belong to them", () => {
  const model = new Normed();
  const state = stateOf(model);
  const weights = new Map([...state.values()].map((each) => [each, new Float32Array(each.size)] as const));
  const kept = weightTensors(model, weights);
  expect(Object.keys(kept).sort()).toEqual([...state.keys()].sort());
  expect(Object.keys(kept)).toContain("norm.runningMean");
});
