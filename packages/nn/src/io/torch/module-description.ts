import { gateCount, UnsupportedError } from "@unroll/kernels";
import type { Cell } from "../gate-order";
import { type AttentionSizes, attentionShapes } from "./attention";

/** A stack of recurrent layers, each in one direction or both. */
export interface RecurrentDescription {
  readonly kind: "RNN" | "LSTM" | "GRU";
  readonly layers: number;
  readonly directions: 1 | 2;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly hasBias: boolean;
  /** LSTM only: features of a projected state, 0 where it is not projected, as PyTorch's `proj_size`. */
  readonly projSize?: number;
  /** GRU only: whether the reset gate acts after the recurrent product, as in PyTorch. True unless said otherwise. */
  readonly resetAfter?: boolean;
}

/** A module whose parameters PyTorch names and lays out as we do. */
export type PlainDescription =
  | { readonly kind: "Linear"; readonly inputSize: number; readonly outputSize: number; readonly hasBias: boolean }
  | { readonly kind: "Embedding"; readonly vocabularySize: number; readonly size: number }
  | { readonly kind: "LayerNorm"; readonly shape: readonly number[]; readonly hasBias: boolean }
  | { readonly kind: "RMSNorm"; readonly shape: readonly number[]; readonly affine: boolean }
  | { readonly kind: "Parameters"; readonly name: string; readonly shapes: ReadonlyMap<string, readonly number[]> }
  | { readonly kind: "BatchNorm" | "GroupNorm"; readonly channels: number; readonly affine: boolean }
  | {
      readonly kind: "Conv1d" | "Conv2d";
      readonly inputChannels: number;
      readonly outputChannels: number;
      readonly kernel: readonly number[];
      readonly groups: number;
      readonly hasBias: boolean;
    };

/** Our names of those tensors that PyTorch calls otherwise. */
export const TORCH_NAMES: ReadonlyMap<string, string> = new Map([
  ["runningMean", "running_mean"],
  ["runningVar", "running_var"],
  ["numBatchesTracked", "num_batches_tracked"],
]);

/** What a file needs to know of a module: its kind and sizes, and nothing that lives on a device. */
export type ModuleDescription = RecurrentDescription | PlainDescription | AttentionDescription;

/** Multi-head attention, its four projections a Linear each: query, key, value and output. */
export interface AttentionDescription {
  readonly kind: "Attention";
  readonly sizes: AttentionSizes;
}

export const isRecurrent = (module: ModuleDescription): module is RecurrentDescription =>
  module.kind === "RNN" || module.kind === "LSTM" || module.kind === "GRU";

/** How an error calls the module: `LSTM(3 layers, bidirectional, 8 → 16)`. */
export function describe(module: ModuleDescription): string {
  switch (module.kind) {
    case "Linear":
      return `Linear(${module.inputSize} → ${module.outputSize}${module.hasBias ? "" : ", no bias"})`;
    case "Embedding":
      return `Embedding(${module.vocabularySize}, ${module.size})`;
    case "LayerNorm":
      return `LayerNorm([${module.shape.join(", ")}]${module.hasBias ? "" : ", no bias"})`;
    case "RMSNorm":
      return `RMSNorm([${module.shape.join(", ")}]${module.affine ? "" : ", no weight"})`;
    case "Parameters":
      return module.name;
    case "BatchNorm":
    case "GroupNorm":
      return `${module.kind}(${module.channels}${module.affine ? "" : ", no weight"})`;
    case "Conv1d":
    case "Conv2d": {
      const { kind, inputChannels, outputChannels, kernel, groups, hasBias } = module;
      const more = `${groups === 1 ? "" : `, ${groups} groups`}${hasBias ? "" : ", no bias"}`;
      return `${kind}(${inputChannels} → ${outputChannels}, kernel ${kernel.join(" x ")}${more})`;
    }
    case "Attention": {
      const { size, keySize = size, valueSize = size, hasBias = true } = module.sizes;
      const from = keySize === size && valueSize === size ? `${size}` : `${size}, ${keySize}, ${valueSize}`;
      return `MultiheadAttention(${from}${hasBias ? "" : ", no bias"})`;
    }
    default: {
      const { kind, layers, directions, inputSize, hiddenSize, hasBias, projSize = 0 } = module;
      const stack = `${layers} layer${layers === 1 ? "" : "s"}${directions === 2 ? ", bidirectional" : ""}`;
      const size = projSize > 0 ? `${hiddenSize} projected to ${projSize}` : `${hiddenSize}`;
      return `${kind}(${inputSize} → ${size}, ${stack}${hasBias ? "" : ", no bias"})`;
    }
  }
}

/** The cell of a recurrent module, as gate orders know it. */
export const cellOf = ({ kind }: RecurrentDescription): Cell => kind.toLowerCase() as Lowercase<typeof kind>;

/** One direction of one layer: the names of its tensors on both sides, and their sizes. */
export interface RecurrentPart {
  readonly layer: number;
  readonly direction: 0 | 1;
  /** Features that this layer reads: inputSize for the first, directions·P above it. */
  readonly inputs: number;
  readonly torch: {
    readonly ih: string;
    readonly hh: string;
    readonly bih: string;
    readonly bhh: string;
    readonly hr: string;
  };
  readonly ours: {
    readonly ih: string;
    readonly hh: string;
    readonly bias: string;
    readonly recurrentBias: string;
    readonly hr: string;
  };
}

/** Features of a module's state: H, or those that it is projected to. */
export const stateSizeOf = ({ hiddenSize, projSize = 0 }: RecurrentDescription): number => projSize || hiddenSize;

/** Every direction of every layer, in the order of a PyTorch state dict. */
export function recurrentParts(module: RecurrentDescription): RecurrentPart[] {
  const { layers, directions, inputSize } = module;
  return Array.from({ length: layers * directions }, (_, index) => {
    const layer = Math.floor(index / directions);
    const direction = index % directions === 0 ? 0 : 1;
    const tail = `_l${layer}${direction === 1 ? "_reverse" : ""}`;
    return {
      layer,
      direction,
      inputs: layer === 0 ? inputSize : directions * stateSizeOf(module),
      torch: {
        ih: `weight_ih${tail}`,
        hh: `weight_hh${tail}`,
        bih: `bias_ih${tail}`,
        bhh: `bias_hh${tail}`,
        hr: `weight_hr${tail}`,
      },
      ours: {
        ih: `weightIh.${layer}`,
        hh: `weightHh.${layer}`,
        bias: `bias.${layer}`,
        recurrentBias: `recurrentBias.${layer}`,
        hr: `weightHr.${layer}`,
      },
    };
  });
}

/** The names and shapes of the module's tensors in a PyTorch state dict. */
export function torchShapes(module: ModuleDescription): Map<string, readonly number[]> {
  if (module.kind === "Attention") return attentionShapes(module.sizes);
  if (!isRecurrent(module)) {
    return new Map([...plainShapes(module)].map(([name, shape]) => [TORCH_NAMES.get(name) ?? name, shape]));
  }
  const { hiddenSize: H, hasBias, projSize = 0 } = module;
  const rows = gateCount(cellOf(module)) * H;
  const shapes = new Map<string, readonly number[]>();
  for (const { torch, inputs } of recurrentParts(module)) {
    shapes.set(torch.ih, [rows, inputs]).set(torch.hh, [rows, stateSizeOf(module)]);
    if (hasBias) shapes.set(torch.bih, [rows]).set(torch.bhh, [rows]);
    if (projSize > 0) shapes.set(torch.hr, [projSize, H]);
  }
  return shapes;
}

/** The names and shapes of the module's own parameters. */
export function parameterShapes(module: ModuleDescription): Map<string, readonly number[]> {
  if (module.kind === "Attention") return projectionShapes(module.sizes);
  if (!isRecurrent(module)) return plainShapes(module);
  const { kind, directions: D, hiddenSize: H, hasBias, projSize = 0 } = module;
  const rows = gateCount(cellOf(module)) * H;
  const shapes = new Map<string, readonly number[]>();
  for (const { ours, direction, inputs } of recurrentParts(module)) {
    if (direction === 1) continue;
    shapes.set(ours.ih, [D * rows, inputs]).set(ours.hh, [D, rows, stateSizeOf(module)]);
    if (hasBias) shapes.set(ours.bias, [D * rows]);
    if (projSize > 0) shapes.set(ours.hr, [D, projSize, H]);
    if (hasBias && kind === "GRU") shapes.set(ours.recurrentBias, [D, H]);
  }
  return shapes;
}

/** The projections of attention, each as a Linear has it. */
function projectionShapes({ size, keySize = size, valueSize = size, hasBias = true }: AttentionSizes) {
  const shapes = new Map<string, readonly number[]>();
  for (const [name, inputs] of Object.entries({ query: size, key: keySize, value: valueSize, output: size })) {
    shapes.set(`${name}.weight`, [size, inputs]);
    if (hasBias) shapes.set(`${name}.bias`, [size]);
  }
  return shapes;
}

function plainShapes(module: PlainDescription): Map<string, readonly number[]> {
  switch (module.kind) {
    case "Linear": {
      const shapes = new Map<string, readonly number[]>([["weight", [module.outputSize, module.inputSize]]]);
      return module.hasBias ? shapes.set("bias", [module.outputSize]) : shapes;
    }
    case "Embedding":
      return new Map([["weight", [module.vocabularySize, module.size]]]);
    case "LayerNorm": {
      const shapes = new Map([["weight", module.shape]]);
      return module.hasBias ? shapes.set("bias", module.shape) : shapes;
    }
    case "RMSNorm":
      return new Map(module.affine ? [["weight", module.shape]] : []);
    case "Parameters":
      return new Map(module.shapes);
    case "BatchNorm":
    case "GroupNorm": {
      const { kind, channels: C, affine } = module;
      const shapes = new Map<string, readonly number[]>(
        affine
          ? [
              ["weight", [C]],
              ["bias", [C]],
            ]
          : [],
      );
      if (kind === "BatchNorm") shapes.set("runningMean", [C]).set("runningVar", [C]).set("numBatchesTracked", []);
      return shapes;
    }
    case "Conv1d":
    case "Conv2d": {
      const { inputChannels, outputChannels, kernel, groups, hasBias } = module;
      const shapes = new Map<string, readonly number[]>();
      shapes.set("weight", [outputChannels, inputChannels / groups, ...kernel]);
      return hasBias ? shapes.set("bias", [outputChannels]) : shapes;
    }
  }
}

/**
 * Refuses what PyTorch cannot express.
 * @throws UnsupportedError for a GRU that resets before the recurrent product: no weights of PyTorch's give its outputs
 */
export function expectTorchModule(where: string, module: ModuleDescription): void {
  if (!isRecurrent(module) || module.kind !== "GRU" || module.resetAfter !== false) return;
  throw new UnsupportedError({
    where,
    what: 'a GRU with reset: "before" has no counterpart in PyTorch, whose reset gate acts after the recurrent product',
    remedy: 'Build the GRU with reset: "after", or save it in its own layout.',
  });
}
