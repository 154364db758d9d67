import { describe, expect, test } from "vitest";
import { exportONNX, FileFormatError, GRU, LSTM, RNN, random, readONNX, type Tensor } from "../..";
import { encodeModel, type OnnxNode } from "./model-proto";

const rng = random(8);
const reversed = { rng, direction: "reverse" } as const;

describe.each([
  ["RNN", new RNN(3, 2, { rng, activation: { name: "leakyRelu", alpha: 0.5 } })],
  ["LSTM", new LSTM(3, 2, { rng, direction: "bidirectional", gate: { name: "hardSigmoid", alpha: 0.25, beta: 0.5 } })],
  ["LSTM without biases", new LSTM(3, 2, { ...reversed, bias: false })],
  ["GRU", new GRU(3, 2, { rng, direction: "bidirectional" })],
  ["GRU that resets before", new GRU(3, 2, { ...reversed, reset: "before" })],
])("%s", (_, module) => {
  test("comes back from the file that it was written to, every parameter bit for bit", async () => {
    const file = await exportONNX(module, {
      inputs: { x: { shape: ["batch", "time", 3] } },
      forward: ({ x }) => module.forward(x as Tensor).output,
    });
    const [read] = [...readONNX(file).layers.values()];
    expect(read?.constructor).toBe(module.constructor);
    expect(read?.direction).toBe(module.direction);
    const [before, after] = [module.namedParameters(), read?.namedParameters()];
    expect([...(after?.keys() ?? [])]).toEqual([...before.keys()]);
    for (const [name, parameter] of before)
      expect(await after?.get(name)?.data(), name).toEqual(await parameter.data());
    if (module instanceof RNN && read instanceof RNN) expect(read.activation).toEqual(module.activation);
    if (module instanceof LSTM && read instanceof LSTM) expect(read.gate).toEqual(module.gate);
  });
});

/** A file of one LSTM node of 1 unit and 2 features, changed here and there. */
function fileOf(change: { node?: Partial<OnnxNode>; shape?: readonly number[] } = {}): Uint8Array {
  const constant = (name: string, shape: readonly number[]) => ({
    name,
    type: "float" as const,
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const node = {
    type: "LSTM",
    name: "memory",
    inputs: ["x", "W", "R"],
    outputs: ["y"],
    attributes: { hidden_size: 1 },
  };
  return encodeModel({
    name: "g",
    nodes: [{ ...node, ...change.node }],
    constants: [constant("W", change.shape ?? [1, 4, 2]), constant("R", [1, 4, 1]), constant("P", [1, 3])],
    inputs: [],
    outputs: [],
    metadata: {},
  });
}

const reading = (change: Parameters<typeof fileOf>[0]) => expect(() => readONNX(fileOf(change)));
const attributes = (given: OnnxNode["attributes"]) => reading({ node: { attributes: given } });

describe("what is out of range is refused, with the node and the attribute", () => {
  test("the file as it should be", () => expect(readONNX(fileOf()).layers.get("memory")?.inputSize).toBe(2));
  test("hidden_size", () =>
    attributes({ hidden_size: -1 }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute hidden_size of the LSTM node "memory" should be 1, as R has columns but is "-1".]`,
    ));
  test("direction", () =>
    attributes({ direction: "sideways" }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute direction of the LSTM node "memory" should be one of forward, reverse, bidirectional but is "sideways".]`,
    ));
  test("activations", () =>
    attributes({ activations: ["Sigmoid"] }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute activations of the LSTM node "memory" should be 3 names but is "Sigmoid".]`,
    ));
  test("their names", () =>
    attributes({ activations: ["Sigmoid", "Tanh", "Mish"] }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute activations of the LSTM node "memory" should be names of activations but is "Sigmoid, Tanh, Mish".]`,
    ));
  test("linear_before_reset", () =>
    attributes({ linear_before_reset: 2 }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute linear_before_reset of the LSTM node "memory" should be 0 or 1 but is "2".]`,
    ));
  test("clip", () =>
    attributes({ clip: { float: -1 } }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the attribute clip of the LSTM node "memory" should be at least 0 but is "-1".]`,
    ));
  test("input_forget", () =>
    attributes({ input_forget: 1 }).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readONNX: the attribute input_forget of the LSTM node "memory" is not read. Read are W, R and B, direction, activations with alpha and beta, and linear_before_reset.]`,
    ));
  test("an unknown attribute", () =>
    attributes({ speed: 3 }).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readONNX: the attribute "speed" of the LSTM node "memory" is not read. Read are W, R and B, direction, activations with alpha and beta, and linear_before_reset.]`,
    ));
  test("W of another shape", () =>
    reading({ shape: [1, 8, 1] }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the input W of the LSTM node "memory" should be [1, 4, 1] but is [1, 8, 1].]`,
    ));
  test("weights that are computed", () =>
    reading({ node: { inputs: ["x", "other", "R"] } }).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readONNX: the input W of the LSTM node "memory" should be a constant of real numbers but is "other", which the graph computes or lacks.]`,
    ));
  test("peepholes", () =>
    reading({ node: { inputs: ["x", "W", "R", "", "", "", "", "P"] } }).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readONNX: the input P of the LSTM node "memory" is not read. Read are W, R and B, direction, activations with alpha and beta, and linear_before_reset.]`,
    ));
});

describe("damaged files", () => {
  test("a length past the end, a number that never ends, a wire type that is none", () => {
    expect(() => readONNX(Uint8Array.of(0x3a, 0x05, 0x0a))).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readONNX: the model, at byte 2, should be complete: a field of 5 bytes but is cut off after 1. The file is damaged or is not ONNX; fetch or write it again.]`,
    );
    expect(() => readONNX(new Uint8Array(12).fill(0xff))).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readONNX: the model, at byte 10, should be made of numbers of at most 10 bytes but is one that goes on. The file is damaged or is not ONNX; fetch or write it again.]`,
    );
    expect(() => readONNX(Uint8Array.of(0x3b))).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readONNX: the model, at byte 1, should be of wire types 0, 1, 2 and 5 but is of type 3. The file is damaged or is not ONNX; fetch or write it again.]`,
    );
    expect(() => readONNX(Uint8Array.of(0x00, 0x00))).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readONNX: the model, at byte 1, should be made of fields from 1 on but is one of number 0. The file is damaged or is not ONNX; fetch or write it again.]`,
    );
  });

  test("cut off anywhere, or with a byte changed, they are read or refused by name, and nothing else", () => {
    const file = fileOf();
    const draws = random(3).uniform(4000, 0, 1);
    for (let n = 0; n < 2000; n++) {
      const at = Math.floor((draws[2 * n] as number) * file.length);
      const damaged = n % 2 === 0 ? file.slice(0, at) : file.slice();
      if (n % 2 === 1) damaged[at] = Math.floor((draws[2 * n + 1] as number) * 256);
      try {
        readONNX(damaged);
      } catch (cause) {
        const known = ["FileFormatError", "ModelFormatError", "UnsupportedError", "ValueError"];
        expect(known).toContain(cause instanceof Error ? cause.name : cause);
      }
    }
    expect(() => readONNX(file.slice(0, 40))).toThrow(FileFormatError);
  });
});
