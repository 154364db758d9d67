import { open } from "@unroll/kernels";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import { runCase } from "../page/run-case";

useDevice((limits) => open({ limits, onWarning: () => undefined }));

const floats = (shape: number[], data: number[]) => ({ dtype: "float", shape, data });
const zeros = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return floats(shape, Array<number>(size).fill(0));
};
const ints = (...data: number[]) => ({ dtype: "int32", shape: [data.length], data });

test.each(["forward", "reverse"])("AttnLSTM, %s: each row has its own length", async (direction) => {
  // gates of ½ and a candidate of tanh(1 + h + a/2), where a is h + 1, the memory, and 0 at first: so one step, and a second
  const stepped = ({ h, c, a }: { h: number; c: number; a: number }) => {
    const cell = (c + Math.tanh(1 + h + a / 2)) / 2;
    const output = Math.tanh(cell) / 2;
    return { h: output, c: cell, a: output + 1 };
  };
  const once = stepped({ h: 0, c: 0, a: 0 });
  const [first, second] = [once.h, stepped(once).h];
  const candidate = [0, 0, 0, 1];
  const X = zeros(2, 2, 1);
  const W = floats([1, 4, 2], [0, 0, 0, 0, 0, 0, 0, 0.5]);
  const R = floats([1, 4, 1], candidate);
  const B = floats([1, 8], [...candidate, 0, 0, 0, 0]);
  const [M, AW] = [floats([2, 1, 1], [1, 1]), floats([1, 2, 1], [1, 1])];
  const attention = { QW: zeros(1, 1, 1), MW: zeros(1, 1, 1), V: zeros(1, 1), M, AW };
  const [early, late] = direction === "forward" ? [first, second] : [second, first];
  const record = {
    name: "rows",
    op: "AttnLSTM",
    domain: "com.microsoft",
    node_inputs: ["X", "W", "R", "B", "sequence_lens", "", "", "", "QW", "MW", "V", "M", "", "AW"],
    node_outputs: ["Y"],
    attributes: { hidden_size: 1, direction },
    inputs: { X, W, R, B, sequence_lens: ints(1, 2), ...attention },
    outputs: { Y: floats([2, 1, 2, 1], [first, early, 0, late]) },
  };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "passed" });
});

test("a row without a step has the states that ONNX Runtime gives it", async () => {
  const record = {
    name: "empty",
    op: "RNN",
    node_inputs: ["X", "W", "R", "B", "sequence_lens", "initial_h"],
    node_outputs: ["", "Y_h"],
    attributes: { hidden_size: 1 },
    inputs: {
      ...{ X: zeros(1, 2, 1), W: zeros(1, 1, 1), R: zeros(1, 1, 1), B: floats([1, 2], [1, 0]) },
      ...{ sequence_lens: ints(0, 1), initial_h: floats([1, 2, 1], [0.5, 0.5]) },
    },
    outputs: { Y_h: floats([1, 2, 1], [0, Math.tanh(1)]) },
  };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "passed" });
});

test("ONNX Runtime's attention takes values wider than keys, a bias of the scores, and one mask entry for all keys", async () => {
  const record = {
    name: "wide",
    op: "Attention",
    domain: "com.microsoft",
    node_inputs: ["input", "weight", "bias", "mask_index", "", "attention_bias"],
    node_outputs: ["output"],
    attributes: { num_heads: 1, qkv_hidden_sizes: [2, 2, 4] },
    inputs: {
      input: floats([1, 2, 1], [1, 2]),
      weight: floats([1, 8], [0, 0, 0, 0, 1, 2, 3, 4]),
      bias: zeros(8),
      mask_index: { dtype: "int32", shape: [1, 1], data: [1] },
      attention_bias: floats([1, 1, 2, 2], [0, -1e4, 0, 0]),
    },
    // the first attends to itself alone, the second to both alike
    outputs: { output: floats([1, 2, 4], [1, 2, 3, 4, 1.5, 3, 4.5, 6]) },
  };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "passed" });
});

test("Keras's LayerNormalization with rms_scaling divides by the deviation, and centres nothing", async () => {
  const x = [0, 1, 2, 3, 4];
  const record = {
    name: "rms",
    layer: "LayerNormalization",
    config: { axis: -1, epsilon: 1e-3, rms_scaling: true },
    weights: { gamma: floats([5], [1, 1, 1, 2, 1]) },
    calls: [
      {
        op: "call",
        inputs: { x: floats([1, 5], x) },
        expected: [
          {
            select: "output",
            value: floats(
              [1, 5],
              x.map((value) => (value * (value === 3 ? 2 : 1)) / Math.sqrt(2.001)),
            ),
          },
        ],
      },
    ],
  };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "passed" });
});

test("TensorFlow.js's Adamax lets the rate decay", async () => {
  // a constant gradient of 1 steps by the rate: 0.1, then 0.1 / 1.5
  const steps = [0.9, 0.9 - 0.1 / 1.5].map((value) => ({
    grad: floats([1], [1]),
    expected_param: floats([1], [value]),
  }));
  const config = { learning_rate: 0.1, beta1: 0.9, beta2: 0.999, decay: 0.5 };
  const record = {
    name: "tfjs_adamax",
    optimizer: "Adamax",
    config,
    update_rule: "",
    initial_param: floats([1], [1]),
    steps,
  };
  expect(await runCase("family", 0, record)).toMatchObject({ status: "passed" });
});
