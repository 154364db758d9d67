import { expectClose, type Float64Tensor } from "@unroll/testing";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { exportONNX, GRU, LSTM, type Parameter, RNN, random, type Tensor } from "../..";
import { type CellKind, GATES, type LayerWeights, stackReference } from "../../test-support/layer.reference";

interface Case {
  readonly direction: "forward" | "reverse" | "bidirectional";
  readonly L: number;
  readonly B: number;
  readonly T: number;
  readonly lengths?: readonly number[];
  readonly start?: boolean;
  readonly bias?: boolean;
  readonly why: string;
}

const [I, H] = [3, 5];

const cases: readonly Case[] = [
  { direction: "forward", L: 1, B: 1, T: 1, why: "one step of one row" },
  { direction: "forward", L: 1, B: 3, T: 7, bias: false, why: "no biases" },
  { direction: "reverse", L: 2, B: 2, T: 6, start: true, why: "backwards from a given state" },
  {
    direction: "bidirectional",
    L: 2,
    B: 3,
    T: 5,
    lengths: [5, 1, 3],
    start: true,
    why: "both ways over rows of several lengths",
  },
  {
    direction: "bidirectional",
    L: 2,
    B: 3,
    T: 4,
    lengths: [4, 0, 2],
    start: true,
    why: "a row without steps, which keeps its state",
  },
];

async function float64Of(parameter: Parameter): Promise<Float64Tensor> {
  return { shape: parameter.shape, data: Float64Array.from(await parameter.data()) };
}

function layerOf(cell: CellKind, { direction, L, bias = true }: Case): RNN | LSTM | GRU {
  const options = { rng: random(11), layers: L, direction, bias };
  if (cell === "RNN") return new RNN(I, H, options);
  if (cell === "LSTM") return new LSTM(I, H, options);
  return new GRU(I, H, { ...options, reset: cell === "GRU" ? "after" : "before" });
}

async function weightsOf(module: RNN | LSTM | GRU, cell: CellKind): Promise<LayerWeights[]> {
  const D = module.directions;
  return Promise.all(
    module.weightIh.map(async (weightIh, layer) => {
      const [bias, bN] = [module.bias[layer], module instanceof GRU ? module.recurrentBias[layer] : undefined];
      return {
        weightIh: await float64Of(weightIh),
        weightHh: await float64Of(module.weightHh[layer] as Parameter),
        bias: bias ? await float64Of(bias) : { shape: [], data: new Float64Array(D * GATES[cell] * H) },
        ...(bN ? { recurrentBias: await float64Of(bN) } : {}),
      };
    }),
  );
}

/** Called with what its inputs are in the file. */
function forwardOf(module: RNN | LSTM | GRU, { start }: Case) {
  return ({ x, lengths, h, c }: Readonly<Record<string, Tensor>>): unknown => {
    if (module instanceof LSTM) {
      const state = start ? { h: h as Tensor, c: c as Tensor } : undefined;
      return module.forward(x as Tensor, { lengths, state });
    }
    const { output, state } = module.forward(x as Tensor, { lengths, state: start ? h : undefined });
    return { output, state: { h: state } };
  };
}

describe.each(["RNN", "LSTM", "GRU", "GRU before"] as const)("%s, run by ONNX Runtime", (cell) => {
  test.each(cases)("gives what the equations give: $direction, $L layers, [$B, $T], $why", async (size) => {
    const { direction, L, B, T, lengths, start = false } = size;
    const module = layerOf(cell, size);
    const LD = L * module.directions;
    const rng = random(5);
    const x = { shape: [B, T, I], data: Float64Array.from(rng.normal(B * T * I)) };
    const state = () => ({ shape: [LD, B, H], data: Float64Array.from(rng.normal(LD * B * H, 0, 0.5)) });
    const [h0, c0] = [state(), state()];
    const file = await exportONNX(module, {
      inputs: {
        x: { shape: ["batch", "time", I] },
        ...(lengths ? { lengths: { shape: ["batch"], dtype: "u32" as const } } : {}),
        ...(start ? { h: { shape: [LD, "batch", H] } } : {}),
        ...(start && cell === "LSTM" ? { c: { shape: [LD, "batch", H] } } : {}),
      },
      forward: forwardOf(module, size),
    });
    const session = await InferenceSession.create(file);
    const f32 = ({ shape, data }: Float64Tensor) => new OrtTensor("float32", Float32Array.from(data), shape);
    const given: Record<string, OrtTensor> = {
      x: f32(x),
      ...(lengths ? { lengths: new OrtTensor("int32", Int32Array.from(lengths), [B]) } : {}),
      ...(start ? { h: f32(h0) } : {}),
      ...(start && cell === "LSTM" ? { c: f32(c0) } : {}),
    };
    const made = await session.run(given);

    const wanted = stackReference(
      { cell, direction, B, T, H, lengths },
      { x, layers: await weightsOf(module, cell), ...(start ? { h0, c0 } : {}) },
    );
    // Sums of at most I·2H + H + 2 = 37 products of size 3 err by 37·3·2⁻²⁴ = 7e-6 at the very worst of all roundings in
    // one direction, by their root, 1e-6, in fact; activations shrink it, T ≤ 7 steps and L ≤ 2 layers pass it on.
    const absolute = 7e-6;
    expect(made.output?.dims).toEqual(wanted.output.shape);
    const check = (name: string, expected: Float64Tensor) =>
      expectClose(name, made[name]?.data as Float32Array, expected.data, { absolute, shape: expected.shape });
    check("output", wanted.output);
    check("state.h", wanted.h);
    if (cell === "LSTM") check("state.c", wanted.c);
  });
});
