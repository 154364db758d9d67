import { expect, test } from "vitest";
import { type HostTensor, readKeras, tensor } from "../..";

const keras = (module: string, className: string, config: object, rest: object = {}) => ({
  module,
  class_name: className,
  config,
  registered_name: null,
  ...rest,
});
const from = (name: string) => ({ class_name: "__keras_tensor__", config: { keras_history: [name, 0, 0] } });
const node = (args: readonly unknown[], kwargs: object = {}) => ({ inbound_nodes: [{ args, kwargs }] });
const layers = (className: string, config: object, rest: object = {}) => keras("keras.layers", className, config, rest);
const operation = (className: string, name: string, args: readonly unknown[]) =>
  keras("keras.src.ops.numpy", className, { name }, node(args));
const f32 = (...shape: number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1),
});
const lstm = (path: string, inputs: number, units: number): [string, HostTensor][] => [
  [`${path}/kernel`, f32(inputs, 4 * units)],
  [`${path}/recurrent_kernel`, f32(units, 4 * units)],
  [`${path}/bias`, f32(4 * units)],
];

/** Tokens, an embedding, an LSTM that is told the mask, as Keras 3 writes it. */
const masked = ({ value = 0, mask_zero = true, more = [] as object[] } = {}) =>
  keras("keras", "Functional", {
    name: "functional",
    layers: [
      layers("InputLayer", { name: "x", batch_shape: [null, null] }, { inbound_nodes: [] }),
      layers("Embedding", { name: "embed", input_dim: 5, output_dim: 3, mask_zero }, node([from("x")])),
      operation("NotEqual", "not_equal", [from("x"), value]),
      ...more,
      layers("LSTM", { name: "lstm", units: 2 }, node([from("embed")], { training: false, mask: from("not_equal") })),
    ],
  });

test("masks of a functional model are those of its layers", async () => {
  const model = readKeras(masked(), new Map([["embed/embeddings", f32(5, 3)], ...lstm("lstm/lstm_cell", 3, 2)]));
  expect(model.layers.map(({ layerName }) => layerName)).toEqual(["embed", "lstm"]);
  expect(model.forward(tensor(Int32Array.of(1, 0), { shape: [1, 2] })).output.shape).toEqual([1, 2]);
});

test("masks and operations of one's own are refused by name", () => {
  expect(() => readKeras(masked({ value: 3 }), new Map())).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: readKeras: layer "lstm" is called with a mask that no layer before it makes, and only chains of layers are read. Build it as a Module and load its weights with load().]`,
  );
  expect(() => readKeras(masked({ mask_zero: false }), new Map())).toThrow("a mask that no layer before it makes");
  const more = [operation("Add", "add", [from("embed"), 1])];
  expect(() => readKeras(masked({ more }), new Map())).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: readKeras: layer "add" is the operation Add, and only chains of layers are read. Build it as a Module and load its weights with load().]`,
  );
});

test("masks of steps that have one value throughout", () => {
  const model = keras("keras", "Functional", {
    name: "functional",
    layers: [
      layers("InputLayer", { name: "x", batch_shape: [null, null, 3] }, { inbound_nodes: [] }),
      operation("NotEqual", "not_equal", [from("x"), -1]),
      layers("Masking", { name: "masking", mask_value: -1 }, node([from("x")])),
      operation("Any", "any", [from("not_equal")]),
      layers("LSTM", { name: "lstm", units: 2 }, node([from("masking")], { mask: from("any") })),
    ],
  });
  const read = readKeras(model, new Map(lstm("lstm/lstm_cell", 3, 2)));
  expect(read.layers.map(({ layerName }) => layerName)).toEqual(["masking", "lstm"]);
});

test("a model that has the name of a layer of its own", () => {
  const model = keras("keras", "Sequential", {
    name: "out",
    layers: [
      layers("InputLayer", { name: "x", batch_shape: [null, 3] }),
      layers("Dense", { name: "hidden", units: 2, use_bias: false }),
      layers("Dense", { name: "out", units: 4, use_bias: false }),
    ],
  });
  const weights = new Map([
    ["out/hidden/kernel", f32(3, 2)],
    ["out/out/kernel", f32(2, 4)],
  ]);
  expect(
    readKeras(model, weights)
      .parameters()
      .map(({ shape }) => shape),
  ).toEqual([
    [2, 3],
    [4, 2],
  ]);
});

test("a backward layer of any name", async () => {
  const inner = (name: string, go_backwards: boolean) =>
    layers("LSTM", { name, units: 2, return_sequences: true, go_backwards });
  const model = keras("keras", "Sequential", {
    name: "sequential",
    layers: [
      layers("InputLayer", { name: "x", batch_shape: [null, null, 3] }),
      layers("Bidirectional", {
        name: "both",
        merge_mode: "concat",
        layer: inner("forward_lstm_1", false),
        backward_layer: inner("lstm_2", true),
      }),
    ],
  });
  const weights = [
    ...lstm("sequential/both/forward_lstm_1/lstm_cell", 3, 2),
    ...lstm("sequential/both/lstm_2/lstm_cell", 3, 2),
  ];
  expect(readKeras(model, new Map(weights)).layers.map(({ layerName }) => layerName)).toEqual(["both"]);
});
