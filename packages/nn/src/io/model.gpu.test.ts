import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  decodeSafetensors,
  Embedding,
  evaluate,
  GRU,
  LayerNorm,
  Linear,
  LSTM,
  load,
  loadTorch,
  Module,
  mean,
  RNN,
  random,
  SGD,
  save,
  saveCheckpoint,
  saveTorch,
  square,
  type Tensor,
  tensor,
  vocabularyMetadata,
} from "..";
import { bitsOf, modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { fromBase64 } from "./test-support/bytes";
import { TORCH_STATE_DICT, TORCH_VALUES } from "./test-support/torch-fixture";

useTestDevice();

const [I, H] = [2, 3];

/** The model of torch-fixture.py. */
class FixtureModel extends Module {
  readonly embed: Embedding;
  readonly rnn: RNN;
  readonly lstm: LSTM;
  readonly plain: LSTM;
  readonly gru: GRU;
  readonly norm = new LayerNorm(H);
  readonly out: Linear;
  readonly head: Linear;

  constructor(seed: number) {
    super();
    const rng = random(seed);
    const stack = { rng, layers: 2, direction: "bidirectional" } as const;
    this.embed = new Embedding(3, I, { rng });
    this.rnn = new RNN(I, H, { rng });
    this.lstm = new LSTM(I, H, stack);
    this.plain = new LSTM(I, H, { rng, bias: false });
    this.gru = new GRU(I, H, stack);
    this.out = new Linear(H, 2, { rng });
    this.head = new Linear(H, 1, { rng, bias: false });
  }

  /** What each of its parts makes of x [B, T, I]. */
  outputs(x: Tensor): Record<string, Tensor> {
    const rnn = this.rnn.forward(x).output;
    return {
      rnn,
      lstm: this.lstm.forward(x).output,
      plain: this.plain.forward(x).output,
      gru: this.gru.forward(x).output,
      embed: this.embed.forward(tensor(Int32Array.of(2, 0, 1))),
      out: this.out.forward(this.norm.forward(rnn)),
      head: this.head.forward(rnn),
    };
  }
}

const { tensors: values } = decodeSafetensors(fromBase64(TORCH_VALUES));
const file = fromBase64(TORCH_STATE_DICT);
const input = values.get("x");
const x = tensor(Float32Array.from(input?.data ?? []), { shape: input?.shape ?? [] });

/** The bits of every output. */
async function outputBits(model: FixtureModel): Promise<Record<string, Uint32Array>> {
  const outputs = model.outputs(x);
  await evaluate(Object.values(outputs));
  const bits: Record<string, Uint32Array> = {};
  for (const [name, output] of Object.entries(outputs)) bits[name] = await bitsOf(output);
  return bits;
}

/** A model that was trained for some steps, so that its parameters lie in an optimizer's buffer. */
function trained(seed: number): { model: FixtureModel; optimizer: SGD; step: () => Promise<void> } {
  const model = new FixtureModel(seed);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const step = async () => {
    const losses = Object.values(model.outputs(x)).map((output) => mean(square(output)));
    await optimizer.minimize(losses.reduce((total, loss) => add(total, loss)));
  };
  return { model, optimizer, step };
}

test("a PyTorch state dict gives PyTorch's outputs", async () => {
  const model = new FixtureModel(1);
  await loadTorch(model, file);
  const outputs = model.outputs(x);
  for (const name of ["rnn", "lstm", "plain", "gru"]) {
    const { data, shape } = values.get(name) ?? { data: [], shape: [] };
    // tanh and σ are good to 1e-6, one more for the sums before them; four steps and two layers carry that on, each at
    // most as large as it came, since |dh/dh'| < 1 for weights below 1/√3.
    expectClose(name, await (outputs[name] as Tensor).data(), data, { absolute: 1e-5, shape });
  }
});

describe.each([
  ["save and load", save, load],
  ["saveTorch and loadTorch", saveTorch, loadTorch],
] as const)("%s", (_, write, read) => {
  test("give a fresh model the same outputs, bit for bit, and the optimizer of a used one new weights", async () => {
    const { model, optimizer, step } = trained(2);
    await step();
    const written = await write(model);
    const expected = await outputBits(model);
    const fresh = new FixtureModel(3);
    expect(await outputBits(fresh)).not.toEqual(expected);
    await read(fresh, written);
    expect(await outputBits(fresh)).toEqual(expected);
    expect(await modelBits(fresh)).toEqual(await modelBits(model));
    await step();
    expect(await outputBits(model)).not.toEqual(expected);
    await read(model, written); // while an optimizer holds the parameters
    expect(await outputBits(model)).toEqual(expected);
    expect(await write(model)).toEqual(written);
    optimizer.dispose();
  });

  test.each([
    ["a truncated file", (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -4), "FileFormatError"],
    ["a header that is cut", (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, 40), "FileFormatError"],
    ["an empty file", () => new Uint8Array(0), "FileFormatError"],
    ["a damaged header", (bytes: Uint8Array<ArrayBuffer>) => damaged(bytes, 9), "FileFormatError"],
    ["another model's file", () => write(new RNN(I, 4, { rng: random(1) })), "StateDictError"],
  ] as const)("%s is refused, and the model stays as it was and trains on", async (__, spoil, name) => {
    const { model, optimizer, step } = trained(4);
    await step();
    const before = await modelBits(model);
    const spoiled = await spoil(await write(model));
    await expect(read(model, spoiled)).rejects.toMatchObject({ name });
    expect(await modelBits(model)).toEqual(before);
    await step();
    expect(await modelBits(model)).not.toEqual(before);
    optimizer.dispose();
  });
});

test("what does not fit is told tensor by tensor", async () => {
  const model = new Linear(2, 3, { rng: random(1) });
  const other = new Linear(3, 3, { rng: random(1), bias: false });
  await expect(load(model, await save(other))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: load: the file does not fit the model. missing: "bias"; wrong: "weight" should be f32 [3, 2] but is f32 [3, 3]. The model was left as it was.]`,
  );
  await expect(loadTorch(model, await saveTorch(other))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: loadTorch: the state dict does not fit Linear(2 → 3). missing: "bias"; wrong: "weight" should be f32 [3, 2] but is f32 [3, 3]. Build the model with the sizes and options of the one that was saved, or fill a module of it alone, by its prefix.]`,
  );
});

test.each([
  ["load", save, load],
  ["loadTorch", saveTorch, loadTorch],
] as const)("%s fills one module from its part of a file", async (__, write, read) => {
  const whole = new FixtureModel(5);
  const file = await write(whole);
  for (const name of ["gru", "head"] as const) {
    const part = new FixtureModel(6)[name];
    await read(part, file, { prefix: `${name}.` });
    expect(await modelBits(part)).toEqual(await modelBits(whole[name]));
  }
  const linear = new Linear(H, 1, { rng: random(6), bias: false });
  await expect(read(linear, file, { prefix: "out." })).rejects.toMatchObject({
    name: "StateDictError",
    unexpected: ["bias"],
    mismatched: [{ name: "weight", expected: "f32 [1, 3]", received: "f32 [2, 3]" }],
  });
  await expect(read(linear, file, { prefix: "heads." })).rejects.toMatchObject({ missing: ["weight"] });
});

test("a checkpoint is told from a file of weights", async () => {
  const model = new Linear(2, 3, { rng: random(1) });
  await expect(load(model, await saveCheckpoint({ model }))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: load: file is a checkpoint. Use loadCheckpoint.]`,
  );
});

function damaged(bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[at] = 0;
  return copy;
}

test("an LSTM that PyTorch projected gives its outputs, and its file again", async () => {
  const model = new LSTM(2, 4, { rng: random(1), projSize: 3, direction: "bidirectional" });
  const file = await saveTorch(model);
  expect([...decodeSafetensors(file).tensors.keys()].sort()).toEqual(
    ["", "_reverse"]
      .flatMap((tail) => ["bias_hh", "bias_ih", "weight_hh", "weight_hr", "weight_ih"].map((of) => `${of}_l0${tail}`))
      .sort(),
  );
  const copy = new LSTM(2, 4, { rng: random(2), projSize: 3, direction: "bidirectional" });
  await loadTorch(copy, file);
  expect(await modelBits(copy)).toEqual(await modelBits(model));
});

test("options that PyTorch has none of are refused by name, and save() keeps them", async () => {
  const options = { peepholes: true, coupled: true, clip: 1 };
  const model = new LSTM(2, 4, { rng: random(1), ...options });
  await expect(saveTorch(model)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: saveTorch: PyTorch has no layer with peepholes, coupled gates, clipped pre-activations, which the model has. Save the model with save() in its own layout.]`,
  );
  await expect(saveTorch(new GRU(2, 4, { rng: random(1), clip: 1 }))).rejects.toThrow("clipped pre-activations");
  const copy = new LSTM(2, 4, { rng: random(2), ...options });
  await load(copy, await save(model));
  expect(await modelBits(copy)).toEqual(await modelBits(model));
});

test("a file that was saved with the same vocabulary is loaded", async () => {
  const [saved, loaded] = [new Embedding(3, 2, { rng: random(1) }), new Embedding(3, 2, { rng: random(2) })];
  const vocabulary = ["<pad>", "a", "b"];
  await load(loaded, await save(saved, vocabularyMetadata(vocabulary)), { vocabulary });
  expect(await modelBits(loaded)).toEqual(await modelBits(saved));
});
