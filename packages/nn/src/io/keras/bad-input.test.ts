import { describe, expect, test } from "vitest";
import { add, type HostTensor, Linear, readKeras, readTfjs, seed, tensor } from "../..";

const dense = (config: object = {}) => ({
  class_name: "Dense",
  config: { name: "out", units: 2, activation: "linear", use_bias: false, batch_input_shape: [null, 3], ...config },
});
const lstm = (config: object = {}, className = "LSTM") => ({
  class_name: className,
  config: { name: "memory", units: 2, batch_input_shape: [null, 4, 3], ...config },
});
const spec = (name: string, shape: unknown, rest: object = {}) => ({ name, shape, dtype: "float32", ...rest });
const model = (
  layers: readonly unknown[],
  weights: readonly object[] = [spec("out/kernel", [3, 2])],
  rest: object = {},
) => ({
  format: "layers-model",
  modelTopology: { class_name: "Sequential", config: { name: "m", layers }, keras_version: "tfjs-layers 4.22.0" },
  weightsManifest: [{ paths: ["a.bin"], weights }],
  ...rest,
});
const bytes = (count: number) => new Uint8Array(count);
const read =
  (document: string | object, weights: readonly Uint8Array[] = [bytes(24)]) =>
  () =>
    readTfjs({ model: document, weights });

test("a sound model is read", () => {
  expect(read(model([dense()]))().parameters()).toHaveLength(1);
});

describe("documents that are not what they should be", () => {
  test("no JSON", () =>
    expect(read('{"format": ')).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: model.json should be JSON but is malformed. Fetch or write it again.]`,
    ));
  test("no object", () =>
    expect(read("[1]")).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: the document should be an object but is [1].]`,
    ));
  test("no topology", () =>
    expect(read("{}")).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology should be an object but is missing.]`,
    ));
  test("a graph model", () =>
    expect(read({ format: "graph-model" })).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: format should be "layers-model" but is "graph-model". A graph model holds operations, not layers: convert the Keras model itself.]`,
    ));
  test("a field of another type", () =>
    expect(read(model([dense({ units: "2" })]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.units of layer "out" should be a whole number of at least 1 but is "2".]`,
    ));
  test("units out of range", () =>
    expect(read(model([dense({ units: 0 })]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.units of layer "out" should be a whole number of at least 1 but is 0.]`,
    ));
  test("a rate out of range", () =>
    expect(
      read(model([dense(), { class_name: "Dropout", config: { name: "d", rate: 1.5 } }])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[1].config.rate of layer "d" should be at least 0 and less than 1 but is 1.5.]`,
    ));
  test("layers that are no list", () =>
    expect(
      read(model([], [], { modelTopology: { class_name: "Sequential", config: { name: "m", layers: {} } } })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers should be a list but is {}.]`,
    ));
  test("a layer without a name", () =>
    expect(read(model([{ class_name: "Dense", config: {} }]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.name should be a text but is missing.]`,
    ));
  test("__proto__ is a name like any other", () =>
    expect(read(model([{ class_name: "__proto__", config: { name: "x" } }]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: layer "x" is of class __proto__, which is not supported. Supported are Activation, Bidirectional, Dense, Dropout, Embedding, Flatten, GRU, GlobalAveragePooling1D, GlobalMaxPooling1D, LSTM, LayerNormalization, Masking, ReLU, RepeatVector, SimpleRNN, Softmax, TimeDistributed.]`,
    ));
  test("bytes", () =>
    expect(read(bytes(3))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: model.json is binary: .keras and .h5 files are not read. Save model.to_json() as text and the weights as safetensors, {w.path: w.numpy() for w in model.weights}, and pass both to readKeras.]`,
    ));
});

describe("models that there is nothing for here", () => {
  test("a layer of an unknown class", () =>
    expect(
      read(model([{ class_name: "Conv3D", config: { name: "c", batch_input_shape: [null, 3] } }])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: layer "c" is of class Conv3D, which is not supported. Supported are Activation, Bidirectional, Dense, Dropout, Embedding, Flatten, GRU, GlobalAveragePooling1D, GlobalMaxPooling1D, LSTM, LayerNormalization, Masking, ReLU, RepeatVector, SimpleRNN, Softmax, TimeDistributed.]`,
    ));
  test("a setting that is not known", () =>
    expect(read(model([dense({ quantum: 1 })]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: the Dense layer "out" has the setting quantum = 1, which is not known here. Known are units, activation, use_bias, input_dim, lora_rank, lora_alpha.]`,
    ));
  test("a setting at another value", () =>
    expect(read(model([lstm({ return_state: true })]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: the LSTM layer "memory" has return_state = true, and only false is supported. Save the model without it.]`,
    ));
  test("an activation", () =>
    expect(read(model([dense({ activation: "mish" })]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.activation of layer "out" should be one of the activations linear, elu, exponential, gelu, hard_sigmoid, relu, sigmoid, silu, softmax, softplus, softsign, swish, tanh but is "mish".]`,
    ));
  test("an activation of a cell", () =>
    expect(read(model([lstm({ recurrent_activation: "softmax" })]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.recurrent_activation of layer "memory" should be one of the activations linear, elu, hard_sigmoid, relu, sigmoid, softplus, softsign, tanh but is "softmax".]`,
    ));
  test("a merge mode", () =>
    expect(
      read(
        model([
          {
            class_name: "Bidirectional",
            config: { name: "both", merge_mode: null, layer: lstm(), batch_input_shape: [null, 4, 3] },
          },
        ]),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: modelTopology.config.layers[0].config.merge_mode of layer "both" should be one of concat, sum, mul, ave but is null. A model here has one output.]`,
    ));
  test("dropout inside a recurrent layer", () =>
    expect(read(model([lstm({ recurrent_dropout: 0.2 })]))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: layer "memory" is trained with recurrent_dropout, which is not supported. Read the model with { forInference: true } to use it, or to train it without.]`,
    ));
  test("a regularizer, unless the model is only used", () => {
    const document = model([dense({ kernel_regularizer: { class_name: "L1L2", config: { l2: 0.1 } } })]);
    expect(read(document)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: layer "out" is trained with kernel_regularizer, which is not supported. Read the model with { forInference: true } to use it, or to train it without.]`,
    );
    expect(() => readTfjs({ model: document, weights: [bytes(24)] }, { forInference: true })).not.toThrow();
  });
  test("two branches", () => {
    const layer = (name: string, from: readonly string[]) => ({
      class_name: from.length > 0 ? "Dense" : "InputLayer",
      name,
      config: { name, units: 1, ...(from.length > 0 ? {} : { batch_input_shape: [null, 3] }) },
      inbound_nodes: from.length > 0 ? [from.map((each) => [each, 0, 0, {}])] : [],
    });
    const functional = (layers: readonly object[]) =>
      read({ ...model([]), modelTopology: { class_name: "Model", config: { name: "m", layers } } });
    expect(functional([layer("x", []), layer("a", ["x"]), layer("b", ["x"])])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: the model reads "x" in more than one layer, and only chains of layers are read. Build it as a Module and load its weights with load().]`,
    );
    expect(functional([layer("x", []), layer("a", ["x"]), layer("b", ["a", "x"])])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: the model joins "a" and "x" in "b", and only chains of layers are read. Build it as a Module and load its weights with load().]`,
    );
    expect(functional([layer("x", []), layer("a", ["b"]), layer("b", ["a"])])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: readTfjs: the model has layers that do not follow from its input, and only chains of layers are read. Build it as a Module and load its weights with load().]`,
    );
  });
});

describe("weights that do not fit", () => {
  test("a truncated shard", () =>
    expect(read(model([dense()]), [bytes(20)])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readTfjs: weight "out/kernel" in "a.bin", at byte 0, should be 24 bytes long but is cut off after 20. The shard is truncated, or belongs to another model; fetch or write it again.]`,
    ));
  test("a shard with more in it", () =>
    expect(read(model([dense()]), [bytes(28)])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: readTfjs: the end of "a.bin", at byte 24, should be where its last weight ends but is 4 bytes further on. The shards belong to another model; fetch or write them again.]`,
    ));
  test("a shard that is missing", () => {
    expect(read(model([dense()]), [])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: readTfjs: the shard "a.bin" should be an ArrayBuffer or a Uint8Array but is missing. Pass the bytes of every file that the manifest names.]`,
    );
    expect(() => readTfjs({ model: model([dense()]), weights: {} })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: readTfjs: the shard "a.bin" should be an ArrayBuffer or a Uint8Array but is missing. Pass the bytes of every file that the manifest names.]`,
    );
  });
  test("a shard too many", () =>
    expect(read(model([dense()]), [bytes(24), bytes(1)])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: readTfjs: the shards should be 1, as the manifest lists but is 2.]`,
    ));
  test("another shape, another dtype, one missing and one left over: all at once", () =>
    expect(
      read(
        model(
          [dense(), { class_name: "Dense", config: { name: "top", units: 2 } }],
          [spec("out/kernel", [2, 3]), spec("top/kernel", [2, 2], { dtype: "int32" }), spec("other/bias", [1])],
        ),
        [bytes(24 + 16 + 4)],
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: readTfjs: the weights do not fit the layers. missing: "top/bias"; unexpected: "other/bias"; wrong: "out/kernel" should be f32 [3, 2] but is f32 [2, 3], "top/kernel" should be f32 [2, 2] but is i32 [2, 2]. Read the weights that were saved with this model.]`,
    ));
  test("a dtype that is not known", () =>
    expect(
      read(model([dense()], [spec("out/kernel", [3, 2], { dtype: "complex64" })])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: weightsManifest[0].weights[0].dtype should be one of float32, int32, bool, uint8, uint16, float16 but is "complex64".]`,
    ));
  test("extents out of range", () => {
    expect(read(model([dense()], [spec("out/kernel", [-3, 2])]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: weightsManifest[0].weights[0].shape should be whole numbers of at least 0, at most 8 of them but is [-3,2].]`,
    );
    expect(read(model([dense()], [spec("out/kernel", [2 ** 30, 2 ** 30])]))).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: weightsManifest[0].weights[0].shape should be whole numbers of at least 0, at most 8 of them but is [1073741824,1073741824].]`,
    );
  });
  test("a quantization without its scale", () =>
    expect(
      read(model([dense()], [spec("out/kernel", [3, 2], { quantization: { dtype: "uint8" } })]), [bytes(6)]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ModelFormatError: readTfjs: weightsManifest[0].weights[0].quantization.scale should be a finite number but is missing.]`,
    ));
});

test("reading takes no draws from the generator that all share", async () => {
  const drawn = async (before: () => void): Promise<unknown> => {
    seed(5);
    before();
    return new Linear(2, 2).weight.data();
  };
  expect(await drawn(read(model([dense()])))).toEqual(await drawn(() => undefined));
});

test("frozen layers are refused, unless the model is only used", () => {
  const document = model([dense({ trainable: false })]);
  expect(read(document)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: readTfjs: layer "out" is trained with trainable = false, which is not supported. Read the model with { forInference: true } to use it, or to train it without.]`,
  );
  expect(() => readTfjs({ model: document, weights: [bytes(24)] }, { forInference: true })).not.toThrow();
});

test("shards are put end to end wherever they were cut", async () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const whole = new Uint8Array(values.buffer);
  const document = {
    ...model([dense()]),
    weightsManifest: [{ paths: ["b", "a"], weights: [spec("out/kernel", [3, 2])] }],
  };
  for (const weights of [[whole.slice(0, 7), whole.slice(7)], { a: whole.slice(7), b: whole.slice(0, 7).buffer }]) {
    const [kernel] = readTfjs({ model: document, weights }).parameters();
    expect(await kernel?.data()).toEqual(Float32Array.of(1, 3, 5, 2, 4, 6)); // transposed
  }
});

describe("calls that do not fit the model", () => {
  const embedding = {
    class_name: "Embedding",
    config: { name: "embed", input_dim: 5, output_dim: 3, mask_zero: true },
  };
  const recurrent = lstm({ batch_input_shape: undefined, use_bias: false });
  const weights = [
    spec("embed/embeddings", [5, 3]),
    spec("memory/kernel", [3, 8]),
    spec("memory/recurrent_kernel", [2, 8]),
  ];
  const masked = read(model([embedding, recurrent], weights), [bytes(4 * (15 + 24 + 16))]);
  const tokens = tensor(Int32Array.of(1, 0), { shape: [1, 2] });

  test("a state of a layer that is not there, or of too few parts", () => {
    expect(() => masked().forward(tokens, { state: new Map([["other", []]]) })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: KerasModel.forward: state should be of the recurrent layers memory but is of "other".]`,
    );
    const state = new Map([["memory", [tensor([[0, 0]])]]]);
    expect(() => masked().forward(tokens, { state })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: KerasModel.forward: layer "memory" starts from 2 states, and 1 are given. Pass h, then c for an LSTM; of a Bidirectional layer those of its forward layer first.]`,
    );
  });

  test("a mask of values that are on the device alone", () => {
    expect(() => masked().forward(add(tokens, tokens))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: KerasModel.forward: the mask that layer "memory" makes depends on values that are not on the host. Masks are planned on the host: pass the model an input made with tensor(values).]`,
    );
  });
});

test("quantized weights are widened", async () => {
  const quantized = (dtype: string, shard: Uint8Array, rest: object = {}) => {
    const weights = [spec("out/kernel", [3, 2], { quantization: { dtype, ...rest } })];
    const [kernel] = readTfjs({ model: model([dense()], weights), weights: [shard] }).parameters();
    return kernel?.data();
  };
  // [3, 2] transposed
  expect(await quantized("uint8", Uint8Array.of(0, 1, 2, 3, 4, 255), { scale: 0.5, min: -1 })).toEqual(
    Float32Array.of(-1, 0, 1, -0.5, 0.5, 126.5),
  );
  const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0, 0x3800, 0x4000, 0xbc00).buffer);
  expect(await quantized("float16", halves)).toEqual(Float32Array.of(1, 0, 2, -2, 0.5, -1));
});

test("a Keras 3 configuration with weights by path", () => {
  const layer = (className: string, config: object, rest: object = {}) => ({
    module: "keras.layers",
    class_name: className,
    config: {
      dtype: { module: "keras", class_name: "DTypePolicy", config: { name: "float32" } },
      trainable: true,
      ...config,
    },
    registered_name: null,
    ...rest,
  });
  const history = (name: string) => [
    {
      args: [
        { class_name: "__keras_tensor__", config: { shape: [null], dtype: "float32", keras_history: [name, 0, 0] } },
      ],
      kwargs: {},
    },
  ];
  const config = layer("Functional", {
    name: "functional",
    layers: [
      layer(
        "InputLayer",
        { name: "x", batch_shape: [null, 4, 3], sparse: false, ragged: false },
        { name: "x", inbound_nodes: [] },
      ),
      layer(
        "GRU",
        { name: "gru", units: 2, reset_after: true, recurrent_activation: "sigmoid", seed: null },
        { name: "gru", inbound_nodes: history("x") },
      ),
    ],
  });
  const f32 = (shape: number[]): HostTensor => ({
    dtype: "f32",
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  const weights = new Map([
    ["gru/gru_cell/kernel", f32([3, 6])],
    ["gru/gru_cell/recurrent_kernel", f32([2, 6])],
    ["gru/gru_cell/bias", f32([2, 6])],
  ]);
  const read3 = readKeras(config, weights);
  expect(read3.layers[0]?.describe().config).toMatchObject({ reset_after: true, units: 2 });
  weights.delete("gru/gru_cell/bias");
  expect(() => readKeras(config, weights)).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: readKeras: the weights do not fit the layers. missing: "gru/bias". Read the weights that were saved with this model.]`,
  );
  expect(() => readKeras(bytes(4), weights)).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: readKeras: the configuration is binary: .keras and .h5 files are not read. Save model.to_json() as text and the weights as safetensors, {w.path: w.numpy() for w in model.weights}, and pass both to readKeras.]`,
  );
});
