import { maxAbsDiff, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import type { HostTensor } from "../host-tensor";
import { decodeSafetensors, encodeSafetensors } from "../safetensors/safetensors";
import { bitsOf, fromBase64 } from "../test-support/bytes";
import { recurrentForward } from "../test-support/recurrent-forward";
import { TORCH_STATE_DICT, TORCH_VALUES } from "../test-support/torch-fixture";
import { type ModuleDescription, parameterShapes, type RecurrentDescription, torchShapes } from "./module-description";
import { fromTorch, modelFromTorch, modelToTorch, toTorch } from "./state-dict";

const stacked = { layers: 2, directions: 2, inputSize: 2, hiddenSize: 3, hasBias: true } as const;
const single = { layers: 1, directions: 1, inputSize: 2, hiddenSize: 3 } as const;
const rnn: RecurrentDescription = { kind: "RNN", ...single, hasBias: true };
const lstm: RecurrentDescription = { kind: "LSTM", ...stacked };
const plain: RecurrentDescription = { kind: "LSTM", ...single, hasBias: false };
const gru: RecurrentDescription = { kind: "GRU", ...stacked };
const recurrent = { rnn, lstm, plain, gru };

/** The model of torch-fixture.py. */
const model = new Map<string, ModuleDescription>([
  ["embed", { kind: "Embedding", vocabularySize: 3, size: 2 }],
  ["rnn", rnn],
  ["lstm", lstm],
  ["plain", plain],
  ["gru", gru],
  ["norm", { kind: "LayerNorm", shape: [3], hasBias: true }],
  ["out", { kind: "Linear", inputSize: 3, outputSize: 2, hasBias: true }],
  ["head", { kind: "Linear", inputSize: 3, outputSize: 1, hasBias: false }],
]);
const written = fromBase64(TORCH_STATE_DICT);
const { tensors: dict } = decodeSafetensors(written);
const { tensors: values } = decodeSafetensors(fromBase64(TORCH_VALUES));

const tensorOf = (map: ReadonlyMap<string, HostTensor>, name: string): HostTensor => {
  const found = map.get(name);
  if (!found) throw new Error(`the fixture has no ${name}`);
  return found;
};
const filled = (shapes: ReadonlyMap<string, readonly number[]>, seed: number): Map<string, HostTensor> =>
  new Map(
    [...shapes].map(([name, shape], index) => {
      const data = Float32Array.from(normal(shape, { seed: seed + index }).data);
      return [name, { dtype: "f32" as const, shape, data }];
    }),
  );
const bits = (tensors: ReadonlyMap<string, HostTensor>): Map<string, unknown> =>
  new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, bits: bitsOf(data) }]));

describe("a model that PyTorch saved", () => {
  test.each(["rnn", "lstm", "plain", "gru"] as const)("%s gives PyTorch's outputs from our layout", (name) => {
    const { parameters } = fromTorch(
      recurrent[name],
      new Map([...dict].filter(([key]) => key.startsWith(`${name}.`))),
      `${name}.`,
    );
    const output = recurrentForward(recurrent[name], parameters, tensorOf(values, "x"));
    // x and the stated outputs were rounded to float32, and so was each sum of two biases: 2^-24 of values below 2. The
    // slopes of σ and tanh are at most 1, |weights| < 0.6, so over 4 steps and 2 layers less than 16 of them add up.
    expect(maxAbsDiff(output, [...tensorOf(values, name).data]).worst).toBeLessThan(16 * 2 ** -23);
  });

  test("comes back as the very bytes of its file", () => {
    const { parameters, biases } = modelFromTorch(model, dict);
    expect(encodeSafetensors(modelToTorch(model, parameters, biases))).toEqual(written);
  });

  test("gives each parameter its shape and its path", () => {
    const { parameters } = modelFromTorch(model, dict);
    const shapes = [...parameters].map(([name, { shape }]) => `${name} [${shape.join(", ")}]`);
    expect(shapes).toMatchInlineSnapshot(`
      [
        "embed.weight [3, 2]",
        "rnn.weightIh.0 [3, 2]",
        "rnn.weightHh.0 [1, 3, 3]",
        "rnn.bias.0 [3]",
        "lstm.weightIh.0 [24, 2]",
        "lstm.weightHh.0 [2, 12, 3]",
        "lstm.bias.0 [24]",
        "lstm.weightIh.1 [24, 6]",
        "lstm.weightHh.1 [2, 12, 3]",
        "lstm.bias.1 [24]",
        "plain.weightIh.0 [12, 2]",
        "plain.weightHh.0 [1, 12, 3]",
        "gru.weightIh.0 [18, 2]",
        "gru.weightHh.0 [2, 9, 3]",
        "gru.bias.0 [18]",
        "gru.recurrentBias.0 [2, 3]",
        "gru.weightIh.1 [18, 6]",
        "gru.weightHh.1 [2, 9, 3]",
        "gru.bias.1 [18]",
        "gru.recurrentBias.1 [2, 3]",
        "norm.weight [3]",
        "norm.bias [3]",
        "out.weight [2, 3]",
        "out.bias [2]",
        "head.weight [1, 3]",
      ]
    `);
  });

  test("keeps nothing that a later change to the dict could reach", () => {
    const own = new Map([...dict].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));
    const { parameters, biases } = modelFromTorch(model, own);
    for (const { data } of own.values()) data.fill(0);
    expect(encodeSafetensors(modelToTorch(model, parameters, biases))).toEqual(written);
  });
});

describe.each(Object.entries(recurrent))("%s", (_, module) => {
  test("a dict that was loaded is written back bit for bit", () => {
    // Biases 2^30 apart leave nothing of the smaller in the sum, so it must have been kept.
    const torch = filled(torchShapes(module), 3);
    for (const [name, { data }] of torch)
      if (name.startsWith("bias_hh")) for (const i of data.keys()) data[i] = 2 ** -30 * i;
    torch.get("bias_hh_l0")?.data.fill(-0, 0, 1);
    const { parameters, biases } = fromTorch(module, torch);
    expect(bits(toTorch(module, parameters, { biases }))).toEqual(bits(torch));
  });

  test("what was trained, or never loaded, loads again as the same parameters", () => {
    const { parameters, biases } = fromTorch(module, filled(torchShapes(module), 3));
    for (const { data } of parameters.values()) for (let i = 0; i < data.length; i += 2) data[i] = (data[i] ?? 0) * 1.1;
    const trained = toTorch(module, parameters, { biases });
    expect(bits(fromTorch(module, trained).parameters)).toEqual(bits(parameters));
    const fresh = filled(parameterShapes(module), 5);
    expect(bits(fromTorch(module, toTorch(module, fresh)).parameters)).toEqual(bits(fresh));
  });
});

test("a trained element of a bias becomes bias_ih beside 0; its neighbours keep their pairs", () => {
  const module: RecurrentDescription = { ...rnn, hiddenSize: 3 };
  const torch = filled(torchShapes(module), 3);
  const { parameters, biases } = fromTorch(module, torch);
  const bias = tensorOf(parameters, "bias.0").data;
  bias[1] = 7;
  const [ih, hh] = [tensorOf(torch, "bias_ih_l0").data, tensorOf(torch, "bias_hh_l0").data];
  const stored = toTorch(module, parameters, { biases });
  expect([...tensorOf(stored, "bias_ih_l0").data]).toEqual([ih[0], 7, ih[2]]);
  expect([...tensorOf(stored, "bias_hh_l0").data]).toEqual([hh[0], 0, hh[2]]);
});

test("zeros of either sign and NaN in a bias are told apart", () => {
  const torch = filled(torchShapes(rnn), 3);
  tensorOf(torch, "bias_ih_l0").data.set([0, 0, Number.NaN]);
  tensorOf(torch, "bias_hh_l0").data.set([0, 0, 5]);
  const { parameters, biases } = fromTorch(rnn, torch);
  const bias = tensorOf(parameters, "bias.0").data;
  bias[1] = -0;
  const stored = toTorch(rnn, parameters, { biases });
  expect([...tensorOf(stored, "bias_hh_l0").data]).toEqual([0, -0, 5]);
  expect([...tensorOf(fromTorch(rnn, stored).parameters, "bias.0").data]).toEqual([0, -0, Number.NaN]);
});

test("the n biases of a GRU stay apart, r and z are summed", () => {
  const module: RecurrentDescription = { kind: "GRU", ...single, hiddenSize: 2, hasBias: true };
  const torch = filled(torchShapes(module), 3);
  const f32 = (...data: number[]): HostTensor => ({ dtype: "f32", shape: [6], data: Float32Array.from(data) });
  torch.set("bias_ih_l0", f32(1, 2, 3, 4, 5, 6)).set("bias_hh_l0", f32(10, 20, 30, 40, 50, 60));
  const { parameters } = fromTorch(module, torch);
  expect([...tensorOf(parameters, "bias.0").data]).toEqual([11, 33, 5, 22, 44, 6]); // r z n of unit 0, then of unit 1
  expect([...tensorOf(parameters, "recurrentBias.0").data]).toEqual([50, 60]);
});

describe("a dict that does not fit", () => {
  const module: RecurrentDescription = { kind: "LSTM", ...single, hasBias: true };
  const f32 = (shape: number[]): HostTensor => ({
    dtype: "f32",
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });

  test("is refused with all that differs", () => {
    const torch = filled(torchShapes(module), 1);
    torch.delete("bias_ih_l0");
    torch.set("weight_hr_l0", f32([1, 3]));
    torch.set("weight_ih_l0", f32([12, 4]));
    torch.set("bias_hh_l0", { dtype: "i32", shape: [12], data: new Int32Array(12) });
    expect(() => fromTorch(module, torch)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: fromTorch: the state dict does not fit LSTM(2 → 3, 1 layer). missing: "bias_ih_l0"; unexpected: "weight_hr_l0"; wrong: "weight_ih_l0" should be f32 [12, 2] but is f32 [12, 4], "bias_hh_l0" should be f32 [12] but is i32 [12]. Build the model with the sizes and options of the one that was saved, or fill a module of it alone, by its prefix.]`,
    );
  });

  test("is refused with full names inside a model, all modules at once", () => {
    const models = new Map<string, ModuleDescription>([
      ["lstm", module],
      ["out", { kind: "Linear", inputSize: 3, outputSize: 2, hasBias: false }],
    ]);
    const torch = new Map([
      ["lstm.weight_hh_l0", f32([12, 3])],
      ["decoder.weight", f32([1])],
    ]);
    expect(() => modelFromTorch(models, torch)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: modelFromTorch: the state dict does not fit lstm: LSTM(2 → 3, 1 layer), out: Linear(3 → 2, no bias). missing: "lstm.weight_ih_l0", "lstm.bias_ih_l0", "lstm.bias_hh_l0", "out.weight"; unexpected: "decoder.weight". Build the model with the sizes and options of the one that was saved, or fill a module of it alone, by its prefix.]`,
    );
  });

  test("does not flood the message, but its fields hold every name", () => {
    const torch = filled(torchShapes(module), 1);
    for (let i = 0; i < 1000; i++) torch.set(`junk ${i} ${"x".repeat(500)}`, f32([1]));
    let caught: unknown;
    try {
      fromTorch(module, torch);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ name: "StateDictError", missing: [], unexpected: { length: 1000 } });
    expect(String(caught).length).toBeLessThan(4000);
    expect(String(caught)).toContain(" and 976 more");
  });

  test("tensors of other modules are not unexpected under a prefix", () => {
    const torch = new Map([...filled(torchShapes(module), 1)].map(([name, tensor]) => [`a.${name}`, tensor]));
    torch.set("b.weight", f32([1]));
    expect(fromTorch(module, torch, "a.").parameters.size).toBe(3);
    expect(() => fromTorch(module, torch)).toThrow('unexpected: "a.weight_ih_l0"');
  });

  test("parameters or kept biases of another module are refused on the way out", () => {
    const { parameters, biases } = fromTorch(module, filled(torchShapes(module), 1));
    parameters.delete("weightHh.0");
    expect(() => toTorch(module, parameters)).toThrowErrorMatchingInlineSnapshot(
      `[StateDictError: toTorch: the parameters do not fit LSTM(2 → 3, 1 layer). missing: "weightHh.0". Pass the parameters of the modules described, by their paths.]`,
    );
    const own = filled(parameterShapes(module), 1);
    biases.set("bias_hh_l0", f32([3]));
    expect(() => toTorch(module, own, { biases })).toThrow('"bias_hh_l0" should be f32 [12] but is f32 [3]');
  });

  test("a GRU that resets first has no PyTorch form", () => {
    const early: RecurrentDescription = { kind: "GRU", ...single, hasBias: true, resetAfter: false };
    expect(() => fromTorch(early, new Map())).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: fromTorch: a GRU with reset: "before" has no counterpart in PyTorch, whose reset gate acts after the recurrent product. Build the GRU with reset: "after", or save it in its own layout.]`,
    );
    expect(() => toTorch(early, new Map())).toThrow("no counterpart in PyTorch");
  });

  test("a projected LSTM has weight_hr last for each direction, as PyTorch has, and comes back bit for bit", () => {
    const projected: RecurrentDescription = { kind: "LSTM", ...stacked, hiddenSize: 5, projSize: 2 };
    expect([...torchShapes(projected)].slice(5, 10)).toEqual([
      ["weight_ih_l0_reverse", [20, 2]],
      ["weight_hh_l0_reverse", [20, 2]],
      ["bias_ih_l0_reverse", [20]],
      ["bias_hh_l0_reverse", [20]],
      ["weight_hr_l0_reverse", [2, 5]],
    ]);
    expect(torchShapes(projected).get("weight_ih_l1")).toEqual([20, 4]);
    const file = filled(torchShapes(projected), 3);
    const { parameters, biases } = fromTorch(projected, file);
    expect(parameters.get("weightHr.1")?.shape).toEqual([2, 2, 5]);
    const first = tensorOf(file, "weight_hr_l1").data;
    expect(Array.from(tensorOf(parameters, "weightHr.1").data).slice(0, 10)).toEqual(Array.from(first));
    const back = toTorch(projected, parameters, { biases });
    expect([...back.keys()]).toEqual([...torchShapes(projected).keys()]);
    expect(bits(back)).toEqual(bits(file));
  });
});
