import { sliceDims, stridedCopy } from "@unroll/kernels";
import type { Gradients } from "../../autograd/define-op";
import { fill, run, view } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { sideBySide } from "../side-by-side";
import { type Cell, packed, padded, recurrentGradient, type ScanDims, startGradient } from "./scan";

/** R in the forms that steps read, made once for all of them; its gradient is that of R itself. */
export interface StepForms {
  /** As forward steps take it. */
  readonly rT: Tensor;
  /** As backward steps take it. */
  readonly rows: Tensor;
}

/** What a step reads. */
export type StepInputs = {
  /** R [1, G·H, H]. */
  readonly r: Tensor;
  /** Of a GRU, the bias of the state's part of n [1, H]. */
  readonly bN: Tensor | undefined;
  /** Input product W·x + b [B, G·H]. */
  readonly gx: Tensor;
  /** What is added to it [B, G·H]: the part of an input that was made within the loop. */
  readonly more: Tensor | undefined;
  /** State before the step [B, H]. */
  readonly h: Tensor;
};

/** What backward finds out of one step: the gradients of gates, and what flows back along the cell or past its gates. */
export interface StepGradients {
  /** Of the input product. */
  readonly dGx: Tensor;
  /** Of R·h. */
  readonly dGh: Tensor;
  readonly carry: Tensor | undefined;
}

/** R as steps read it. */
export function stepForms(cell: Cell, r: Tensor): StepForms {
  const dims = { D: 1, B: 1, T: 1, H: r.shape[2] as number };
  return { rT: packed(cell, dims, r), rows: padded(cell, dims, r) };
}

/** A scan of one step. */
export const dimsOf = ({ h }: { readonly h: Tensor }): ScanDims => {
  const [B, H] = h.shape as [number, number];
  return { D: 1, B, T: 1, H };
};

/** Gradients of steps already made, and from which: what all steps share is made of them later. */
export class Made<D> {
  readonly #made = new WeakMap<object, { readonly from: readonly (Tensor | undefined)[]; readonly step: D }>();

  of(saved: object, from: readonly (Tensor | undefined)[], make: () => D): D {
    const known = this.#made.get(saved);
    if (known?.from.every((tensor, k) => tensor === from[k])) return known.step;
    const step = make();
    this.#made.set(saved, { from, step });
    return step;
  }
}

/** Gradients of the inputs of one step but for those that all steps share. */
export function inputGradients(
  cell: Cell,
  inputs: StepInputs,
  { dGx, dGh, carry }: StepGradients,
  { rows }: StepForms,
  needs: { readonly has: (input: "gx" | "more" | "h") => boolean },
): { gx: Tensor; more: Tensor; h?: Tensor } {
  const { h } = inputs;
  const gradients = { gx: dGx, more: dGx };
  if (!needs.has("h")) return gradients;
  const call = { dGates: dGh, rows, lengths: undefined, dhN: undefined, ...(carry ? { carry } : {}) };
  return { ...gradients, h: view(startGradient(cell, dimsOf(inputs), { reverse: false }, call), h.shape) };
}

/** dR = Σ_t dGhᵀ·h_{t−1}, one product over all steps, and the sum of what the bias of n is a part of. */
function weightGradients(
  steps: readonly { readonly inputs: StepInputs; readonly dGh: Tensor }[],
  needs: { readonly has: (input: "r" | "bN") => boolean },
): { r: Tensor; bN?: Tensor } {
  const [{ inputs }] = steps as [(typeof steps)[number]];
  const dims = { ...dimsOf(inputs), T: steps.length };
  const { B, H } = dims;
  const GH = inputs.r.shape[1] as number;
  const beside = (tensors: readonly Tensor[], width: number): Tensor => sideBySide(tensors, [B, 1, width]);
  const { dR, sum } = recurrentGradient(dims, {
    dGates: beside(
      steps.map(({ dGh }) => dGh),
      GH,
    ),
    hPrev: beside(
      steps.map(({ inputs: { h } }) => h),
      H,
    ),
    steps: undefined,
    r: inputs.r,
    withSum: inputs.bN !== undefined && needs.has("bN"),
  });
  return { r: dR, ...(sum ? { bN: everyThird(sum, H) } : {}) };
}

/** The n parts of sums over gates r z n. */
function everyThird(sums: Tensor, H: number): Tensor {
  const call = sliceDims([3 * H], { begin: [2], extent: [H], step: [3] });
  return run(stridedCopy, { x: sums }, { ...call, shapes: { out: [1, H] }, dtypes: { out: "f32" } }).out;
}

/** The backward of a step, and of what several share, from how one step makes the gradients of its gates. */
export function rules<I extends StepInputs, O extends object, A extends StepForms, S extends { readonly inputs: I }>(
  cell: Cell,
  ofStep: (dOut: Gradients<O>, saved: S, attributes: A) => StepGradients,
) {
  type Needs = { readonly has: (input: never) => boolean };
  const wants = (needs: Needs): { readonly has: (input: string) => boolean } => ({
    has: (name) => (needs.has as (input: string) => boolean)(name),
  });
  return {
    one(dOut: Gradients<O>, saved: S, needs: Needs, attributes: A) {
      const step = ofStep(dOut, saved, attributes);
      const wanted = wants(needs);
      const { inputs } = saved;
      const own = inputGradients(cell, inputs, step, attributes, wanted);
      const isShared = wanted.has("r") || wanted.has("bN");
      return { step, all: { ...own, ...(isShared ? weightGradients([{ inputs, dGh: step.dGh }], wanted) : {}) } };
    },
    all(records: readonly { dOut: Gradients<O>; saved: S; attributes: A }[], needs: Needs) {
      const steps = records.map(({ dOut, saved, attributes }) => ({
        inputs: saved.inputs,
        dGh: ofStep(dOut, saved, attributes).dGh,
      }));
      return weightGradients(steps, wants(needs));
    },
  };
}

/** The gradient of h_t, zeros where nothing depends on it. */
export const outputGradient = (dh: Tensor | undefined, { h }: StepInputs): Tensor => dh ?? fill(0, h.shape);

/** The state after a step [B, H]. */
export type HiddenOut = { readonly h: Tensor };
