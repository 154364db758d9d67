import { expect, test } from "vitest";
import { runCase } from "./run-case";

const vector = (...data: number[]) => ({ dtype: "float32", shape: [data.length], data });
const zeros = (...shape: number[]) => ({
  dtype: "float32",
  shape,
  data: Array(shape.reduce((a, b) => a * b, 1)).fill(0),
});

/** A case of one LSTM node, unsupported for what `changes` brings. */
const lstm = (changes: { attributes?: object; P?: object; outputs?: object }) => ({
  name: "lstm",
  op: "LSTM",
  node_inputs: ["X", "W", "R", "", "", "", "", "P"],
  node_outputs: ["Y"],
  attributes: { hidden_size: 1, ...changes.attributes },
  inputs: { X: zeros(1, 1, 1), W: zeros(1, 4, 1), R: zeros(1, 4, 1), ...(changes.P ? { P: changes.P } : {}) },
  outputs: { Y: zeros(1, 1, 1, 1) },
});

test.each([
  { record: lstm({ attributes: { surprise: 1 } }), reason: "family.attributes: surprise not known" },
  {
    record: lstm({ attributes: { activations: ["Sigmoid", "Sine", "Tanh"] } }),
    reason: "no activation Sine in a cell",
  },
  { record: { ...lstm({}), domain: "com.microsoft" }, reason: "no operation for com.microsoft LSTM" },
  {
    record: { ...lstm({ attributes: { clip: 3 } }), op: "AttnLSTM", domain: "com.microsoft" },
    reason: "AttnLSTM with clip",
  },
  { record: { name: "sound", op: "spectrogram" }, reason: "no operation spectrogram" },
  { record: { name: "schedule", schedule: "Zigzag" }, reason: "no schedule Zigzag" },
  { record: { name: "mystery", puzzle: 1 }, reason: "a case of unknown form" },
  {
    record: { name: "ftrl", optimizer: "Ftrl", config: {}, update_rule: "", initial_param: vector(1), steps: [] },
    reason: "no optimizer Ftrl",
  },
  {
    record: { name: "capsule", layer: "Capsule", config: {}, weights: {}, calls: [] },
    reason: "no layer Capsule",
  },
])("cannot run yet: $reason", async ({ record, reason }) => {
  expect(await runCase("family", 0, record)).toMatchObject({ family: "family", status: "unsupported", reason });
});

test("a case that should run but throws has failed", async () => {
  // no GPU device is open here
  expect(await runCase("family", 0, lstm({}))).toMatchObject({ status: "failed", name: "lstm" });
  expect(await runCase("family", 3, { op: "LSTM" })).toMatchObject({ status: "failed", name: "case 3" });
});

test("a layer that is called and never compared has failed", async () => {
  const calls = [{ op: "reset_state" }];
  const record = { name: "silent", layer: "LayerNormalization", config: { axis: -1 }, weights: {}, calls };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "failed" });
});

test("the filter is looked for in family and name", async () => {
  const record = { name: "mystery" };
  expect(await runCase("family", 0, record, "family/mys")).toBeDefined();
  expect(await runCase("family", 0, record, "other")).toBeUndefined();
});
