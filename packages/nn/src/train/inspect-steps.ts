import { type Activation, clippedValue } from "@unroll/kernels";
import { grad } from "../autograd/grad";
import type { OpRecord } from "../autograd/record";
import { hostValues } from "../graph/node";
import { add, mul, zeros } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { cast, detach, sqrt, square } from "../ops/elementwise";
import { lengthsOf, type ScanDims } from "../ops/recurrent/scan";
import { sum } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { type Tensor, tensor } from "../tensor/tensor";

/** One gate of a unit at a step. */
export interface Gate {
  readonly name: string;
  /** After its activation. @param saved what the scan kept of all gates, those of this unit and step from `at` on */
  readonly read: (saved: ArrayLike<number>, at: number) => number;
}

/** One direction of a recurrent layer, gone through step by step. */
export interface DirectionSteps {
  readonly direction: "forward" | "reverse";
  /** ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ [T]. */
  readonly norms: Tensor;
  readonly cellNorms: Tensor | undefined;
  /** h_t [B, T, P], P features of H units: as many, but where a projection makes fewer. */
  readonly outputs: Tensor;
  /** What the scan kept of its gates [B, T, H, width]. */
  readonly saved: Tensor | undefined;
  readonly gates: readonly Gate[];
  /** Which steps are not padding [B, T], where the device alone may know. */
  readonly active?: Tensor | undefined;
  readonly present: { readonly rows: number; readonly isStep: (row: number, t: number) => boolean };
}

/** A recurrent layer, gone through step by step. */
export interface LayerSteps {
  readonly cell: string;
  readonly T: number;
  readonly directions: readonly DirectionSteps[];
  /** All that has to be computed of it. */
  readonly tensors: readonly Tensor[];
}

/** Those of any kind of scan. */
interface ScanOptions {
  readonly reverse?: boolean;
  readonly gate?: Activation;
  readonly candidate?: Activation;
  readonly clip?: number;
  readonly coupled?: boolean;
}

interface ScanAttributes {
  readonly dims: ScanDims;
  readonly options: ScanOptions;
}

/** The record of a scan over all steps of a layer. */
export interface ScanRecord extends OpRecord {
  readonly repeat: NonNullable<OpRecord["repeat"]>;
  readonly attributes: ScanAttributes;
}

/** Whether an operation is a scan: it has sizes of one, an input product, recurrent weights, outputs and a last state. */
export function isScan(record: OpRecord): record is ScanRecord {
  const { repeat, attributes, inputs, outputs } = record;
  const { dims } = attributes as { dims?: Partial<ScanDims> };
  const isSized =
    repeat !== undefined && dims !== undefined && [dims.D, dims.B, dims.T, dims.H].every(Number.isInteger);
  return isSized && ["gx", "r"].every((name) => inputs[name]) && ["y", "hN"].every((name) => outputs[name]);
}

const GATE_NAMES: Readonly<Record<string, readonly string[]>> = {
  lstm: ["i", "f", "g", "o"],
  lstmProjected: ["i", "f", "g", "o"],
  gru: ["r", "z", "n"],
  gruResetBefore: ["r", "z", "n"],
};

/** Gates as a scan keeps them: their values or, where pre-activations are clipped, those before they were. */
function gatesOf(scan: string, { gate, candidate, clip = 0, coupled }: ScanOptions, width: number): readonly Gate[] {
  const names = GATE_NAMES[scan] ?? Array.from({ length: width }, (_, k) => `gate ${k}`);
  return names.map((name, k) => {
    const own = name === "g" || name === "n" ? candidate : gate;
    if (clip === 0 || !own || !gate) return { name, read: (saved, at) => saved[at + k] as number };
    if (name === "f" && coupled)
      return { name, read: (saved, at) => 1 - clippedValue(gate, clip, saved[at] as number) };
    return { name, read: (saved, at) => clippedValue(own, clip, saved[at + k] as number) };
  });
}

/**
 * The layer again, a scan of one step for each: then h_t is a tensor, and the gradient of
 *   S = Σ_t ⟨∂L/∂y_t, h_t⟩ + ⟨∂L/∂h_N, h_N⟩ + ⟨∂L/∂c_N, c_N⟩,
 * its first factors constants, with respect to h_t is ∂L/∂h_t on all ways: directly, and through the steps after it.
 * @param gradients of the scan's outputs
 */
export function stepsOf(scan: ScanRecord, gradients: ReadonlyMap<Tensor, Tensor>): LayerSteps {
  const { dims } = scan.attributes;
  const directions = Array.from({ length: dims.D }, (_, d) => directionOf(scan, gradients, d));
  const tensors = directions.flatMap(({ norms, cellNorms, outputs, saved }) =>
    [norms, cellNorms, outputs, saved].filter((each) => each !== undefined),
  );
  return { cell: scan.name, T: dims.T, directions, tensors };
}

function directionOf(scan: ScanRecord, gradients: ReadonlyMap<Tensor, Tensor>, d: number): DirectionSteps {
  const { inputs, outputs, repeat, attributes } = scan;
  const { dims, options } = attributes;
  const { D, B, T, H } = dims;
  const isReverse = d === 1 || options.reverse === true;
  const order = Array.from({ length: T }, (_, k) => (isReverse ? T - 1 - k : k));
  const lengths = lengthsAt(inputs.lengths, B);
  const own = Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) =>
      ["gx", "h0", "c0", "lengths", "order", "steps"].includes(name) ? [] : [[name, partOf(input, d, D)] as const],
    ),
  );
  const gx = inputs.gx as Tensor;
  const GH = (gx.shape[2] as number) / D;
  const products = slice(gx, 2, d * GH, (d + 1) * GH);
  const y = outputs.y as Tensor;
  const P = (y.shape[2] as number) / D;
  let h = inputs.h0 ? partOf(inputs.h0, d, D) : zeros([1, B, P]);
  let c = outputs.cN ? (inputs.c0 ? partOf(inputs.c0, d, D) : zeros([1, B, H])) : undefined;
  const [states, cells]: [Tensor[], Tensor[]] = [[], []];
  const call = {
    ...attributes,
    dims: { D: 1, B, T: 1, H },
    options: { ...options, reverse: false },
    made: undefined,
  };
  for (const t of order) {
    const at = lengths && tensor(Uint32Array.from(lengths, (length) => Number(t < length)));
    const given = {
      ...own,
      ...lengthsOf({ B, T: 1 }, at),
      gx: slice(products, 1, t, t + 1),
      h0: h,
      ...(c ? { c0: c } : {}),
    };
    const next = repeat.call(given, call);
    h = states[t] = next.hN as Tensor;
    if (c) c = cells[t] = next.cN as Tensor;
  }
  const surrogate: Tensor[] = [];
  const weigh = (x: Tensor, by: Tensor): void => {
    surrogate.push(sum(mul(cast(x, "f32"), cast(reshape(detach(by), x.shape), "f32"))));
  };
  const masks = Array.from(
    { length: T },
    (_, t) =>
      lengths &&
      tensor(
        Float32Array.from(lengths, (length) => Number(t < length)),
        { shape: [1, B, 1] },
      ),
  );
  const dy = slice(gradients.get(y) as Tensor, 2, d * P, (d + 1) * P);
  for (const [t, state] of states.entries()) {
    const mask = masks[t];
    const reached = reshape(cast(slice(dy, 1, t, t + 1), "f32"), [1, B, P]);
    weigh(state, mask ? mul(reached, mask) : reached);
  }
  weigh(h, partOf(gradients.get(outputs.hN as Tensor) as Tensor, d, D));
  if (c) weigh(c, partOf(gradients.get(outputs.cN as Tensor) as Tensor, d, D));
  const reaching = grad(
    surrogate.reduce((a, b) => add(a, b)),
    [...states, ...cells],
  );
  const normOf = (gradient: Tensor, t: number): Tensor => {
    const mask = masks[t];
    const real = mask ? mul(cast(gradient, "f32"), mask) : cast(gradient, "f32");
    return reshape(sqrt(sum(square(real))), [1]);
  };
  const norms = (all: readonly Tensor[]): Tensor => concat(all.map(normOf), 0);
  const { gates } = (repeat.saved ?? {}) as { gates?: Tensor };
  const width = gates ? gates.size / (B * T * D * H) : 0;
  return {
    direction: isReverse ? "reverse" : "forward",
    norms: norms(reaching.slice(0, T)),
    cellNorms: c ? norms(reaching.slice(T)) : undefined,
    outputs: slice(y, 2, d * P, (d + 1) * P),
    saved: gates && slice(reshape(gates, [B, T, D * H, width]), 2, d * H, (d + 1) * H),
    gates: gates ? gatesOf(scan.name, options, width) : [],
    present: { rows: B, isStep: (row, t) => !lengths || t < (lengths[row] as number) },
  };
}

/** The part of an input that belongs to direction d: inputs of a scan have directions first. */
function partOf(input: Tensor, d: number, D: number): Tensor {
  return D === 1 ? input : slice(input, 0, d, d + 1);
}

/** True lengths of rows, where they are known; all rows count as whole where only the device knows. */
function lengthsAt(lengths: Tensor | undefined, B: number): ArrayLike<number> | undefined {
  const known = lengths && hostValues(lengths);
  return known && known.length === B ? known : undefined;
}
