import {
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  type Module,
  mean,
  softmax,
  square,
  type Tensor,
} from "@unroll/nn";
import { evaluateTarget, gradientTarget, stepTarget } from "../measure/graph-targets";
import type { Case } from "../measure/target";
import { onDevice } from "../models/on-device";
import type { Pass } from "../report";
import type { Work } from "../roofline/share";
import { noise, wholes } from "./noise";
import { recurrentCases } from "./recurrent";
import { shapeText } from "./shape";
import { backwardWork, linearWork, stepWork } from "./work";

/** The harness's sizes, smallest first. */
const SIZES = [
  { B: 1, T: 32, I: 64, H: 64 },
  { B: 16, T: 64, I: 128, H: 128 },
  { B: 32, T: 64, I: 256, H: 256 },
] as const;
const MIDDLE = SIZES[1];
const LARGE = { B: 8, T: 128, I: 512, H: 512 } as const;
/** A layer whose time was published: FlashRNN, cuDNN and others at B 16, T 1024, I = H = 768. */
const PUBLISHED = { B: 16, T: 1024, I: 768, H: 768 } as const;

/** Layers over a grid of sizes, and the same batch full and half padded. */
export function layerCases(): Case[] {
  const cells = ["RNN", "LSTM", "GRU"] as const;
  return [
    ...cells.flatMap((cell) => SIZES.flatMap((size) => recurrentCases({ cell, ...size }))),
    ...recurrentCases({ cell: "LSTM", ...LARGE }, ["forward"]),
    ...cells.flatMap((cell) => recurrentCases({ cell, ...MIDDLE, direction: "bidirectional" })),
    ...cells.flatMap((cell) => recurrentCases({ cell, ...MIDDLE, layers: 2 })),
    ...paddingCases(),
    ...recurrentCases({ cell: "LSTM", name: "LSTM-published", ...PUBLISHED, onRequest: true }, ["forward", "backward"]),
    ...linearCases(1024, 512, 512),
    ...layerNormCases(2048, 512),
    ...softmaxCases(1024, 10_000),
    ...crossEntropyCases(1024, 10_000),
    ...embeddingCases(10_000, 256, 2048),
  ];
}

/** Rows of a batch that hold half of its steps, in two ways, beside the full batch. */
function paddingCases(): Case[] {
  const { B, T, I, H } = { B: 32, T: 64, I: 128, H: 128 };
  const size = { cell: "LSTM", name: "LSTM-padding", B, T, I, H } as const;
  const of = (length: (row: number) => number): number[] => Array.from({ length: B }, (_, row) => length(row));
  return [
    ...recurrentCases({ ...size, lengths: of(() => T), note: "full" }, ["forward", "step"]),
    ...recurrentCases({ ...size, lengths: of(() => T / 2), note: "half of each row" }, ["forward", "step"]),
    // 2, 4, … T, in no order
    ...recurrentCases({ ...size, lengths: of((row) => 2 + ((row * 26) % T)), note: "ragged, half in all" }, [
      "forward",
      "step",
    ]),
  ];
}

interface LayerCall {
  readonly name: string;
  readonly shape: string;
  readonly forward: Work;
  /** The layer, if it has weights. */
  readonly module: () => Module | null;
  /** Its inputs; gradients are taken with respect to those that have one. */
  readonly inputs: () => Promise<readonly Tensor[]>;
  readonly output: (module: Module | null, inputs: readonly Tensor[]) => Tensor;
}

function layerPasses(call: LayerCall, passes: readonly Pass[]): Case[] {
  return passes.map((pass) => ({
    name: call.name,
    shape: call.shape,
    pass,
    work:
      pass === "forward"
        ? call.forward
        : pass === "backward"
          ? backwardWork(call.forward)
          : stepWork(call.forward, weightsOf(call.module())),
    async prepare() {
      const module = call.module();
      const inputs = await call.inputs();
      const output = (): Tensor => call.output(module, inputs);
      if (pass === "forward") return evaluateTarget(() => [output()]);
      const loss = (): Tensor => {
        const y = output();
        return y.size === 1 ? y : mean(square(y));
      };
      const parameters = module?.parameters() ?? [];
      if (pass === "step") return stepTarget(loss, parameters);
      return gradientTarget(loss, [...inputs.filter(({ dtype }) => dtype === "f32"), ...parameters]);
    },
  }));
}

function weightsOf(module: Module | null): number {
  return (module?.parameters() ?? []).reduce((sum, { size }) => sum + size, 0);
}

function linearCases(rows: number, I: number, O: number): Case[] {
  const call: LayerCall = {
    name: "Linear",
    shape: shapeText({ R: rows, I, O }),
    forward: linearWork(rows, I, O),
    module: () => new Linear(I, O),
    inputs: async () => [await onDevice(noise(rows * I, 1), [rows, I])],
    output: (module, [x]) => (module as Linear).forward(x as Tensor),
  };
  return layerPasses(call, ["forward", "backward", "step"]);
}

function layerNormCases(rows: number, D: number): Case[] {
  const call: LayerCall = {
    name: "LayerNorm",
    shape: shapeText({ R: rows, D }),
    forward: { flops: 8 * rows * D, bytes: 8 * rows * D + 8 * D },
    module: () => new LayerNorm(D),
    inputs: async () => [await onDevice(noise(rows * D, 1), [rows, D])],
    output: (module, [x]) => (module as LayerNorm).forward(x as Tensor),
  };
  return layerPasses(call, ["forward", "backward"]);
}

function softmaxCases(rows: number, V: number): Case[] {
  const call: LayerCall = {
    name: "Softmax",
    shape: shapeText({ R: rows, V }),
    forward: { flops: 4 * rows * V, bytes: 8 * rows * V },
    module: () => null,
    inputs: async () => [await onDevice(noise(rows * V, 1), [rows, V])],
    output: (_, [x]) => softmax(x as Tensor),
  };
  return layerPasses(call, ["forward", "backward"]);
}

function crossEntropyCases(rows: number, V: number): Case[] {
  const call: LayerCall = {
    name: "CrossEntropy",
    shape: shapeText({ R: rows, V }),
    forward: { flops: 4 * rows * V, bytes: 4 * rows * V },
    module: () => null,
    inputs: async () => [await onDevice(noise(rows * V, 1), [rows, V]), await onDevice(wholes(rows, V, 2), [rows])],
    output: (_, [x, y]) => crossEntropy(x as Tensor, y as Tensor),
  };
  return layerPasses(call, ["forward", "backward"]);
}

function embeddingCases(V: number, D: number, N: number): Case[] {
  const call: LayerCall = {
    name: "Embedding",
    shape: shapeText({ V, D, N }),
    forward: { flops: 0, bytes: 8 * N * D },
    module: () => new Embedding(V, D),
    inputs: async () => [await onDevice(wholes(N, V, 1), [N])],
    output: (module, [ids]) => (module as Embedding).forward(ids as Tensor),
  };
  const [forward, backward] = layerPasses(call, ["forward", "backward"]) as [Case, Case];
  // the gradient is dense: each row of the table is written once
  return [forward, { ...backward, work: { flops: N * D, bytes: 4 * D * (4 * N + V) } }];
}
