import { type DimValues, defineKernel, flatPlan, perCall, read, type StorageOptions, wgsl, write } from "../core";
import { word } from "./word";

/** Axes that a copy may have. */
export const MAX_COPY_RANK = 6;

export interface StridedOptions extends StorageOptions {
  /** Axes in use, 1 to 6; extents past them are 1. */
  readonly rank: number;
}

const defaults: StridedOptions = { rank: 1 };

const EXTENTS = {
  n: perCall("elements copied, the product of the extents"),
  E0: perCall("extent of axis 0"),
  E1: perCall("extent of axis 1"),
  E2: perCall("extent of axis 2"),
  E3: perCall("extent of axis 3"),
  E4: perCall("extent of axis 4"),
  E5: perCall("extent of axis 5"),
} as const;

const STRIDED_DIMS = {
  ...EXTENTS,
  S0: perCall("elements from one to the next along axis 0 of the strided array"),
  S1: perCall("the same along axis 1"),
  S2: perCall("the same along axis 2"),
  S3: perCall("the same along axis 3"),
  S4: perCall("the same along axis 4"),
  S5: perCall("the same along axis 5"),
  offset: perCall("first element in the strided array"),
} as const;

/** Extents and strides of a copy, axis by axis. */
export type StridedDims = { readonly [K in keyof typeof STRIDED_DIMS]: number };

/** Words up to the last element that the strides reach. */
function reach(dims: DimValues): number[] {
  if (dims.n === 0) return [0];
  const steps = [0, 1, 2, 3, 4, 5].map((axis) => ((dims[`E${axis}`] ?? 1) - 1) * (dims[`S${axis}`] ?? 0));
  return [steps.reduce((sum, step) => sum + step, (dims.offset ?? 0) + 1)];
}

/** WGSL that finds element i of the extents in the strided array: `at`. */
function atCode(rank: number): string {
  const axes = Array.from(
    { length: rank },
    (_, axis) => `at += rest % dims.E${axis} * dims.S${axis}; rest /= dims.E${axis};`,
  );
  return `var at = dims.offset;
      var rest = i;
      ${axes.toReversed().join("\n      ")}`;
}

/**
 * Gathers a strided array into one without gaps, word for word: out[i₀, i₁, …] = x[offset + Σ iₖ·strideₖ]. Permuted
 * axes, slices and broadcasts (stride 0) are instances; `permuteDims` and `sliceDims` make the dims of the first two.
 * Its words may be of any type, since none is changed. Backward: `permute` by the inverse order, `pad_zeros`.
 */
export const stridedCopy = defineKernel({
  name: "strided_copy",
  dims: STRIDED_DIMS,
  options: defaults,
  bindings: { x: read(word, reach), out: write(word, "n") },
  plan: ({ n }, limits) => flatPlan(n, limits),
  cost: ({ n }) => ({ flops: 0, bytes: 8 * n }),
  wgsl: (plan, { options: { rank } }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      ${atCode(rank)}
      out[i] = x[at];
    }`,
});

/**
 * An array amid zeros, which is also the gradient of a slice with unit steps:
 *   out[i₀, i₁, …] = x[i₀ − before₀, …] where 0 ≤ iₖ − beforeₖ < Fₖ for all k, else 0
 */
export const padZeros = defineKernel({
  name: "pad_zeros",
  dims: {
    ...EXTENTS,
    F0: perCall("extent of axis 0 of x"),
    F1: perCall("extent of axis 1 of x"),
    F2: perCall("extent of axis 2 of x"),
    F3: perCall("extent of axis 3 of x"),
    F4: perCall("extent of axis 4 of x"),
    F5: perCall("extent of axis 5 of x"),
    P0: perCall("zeros before x along axis 0"),
    P1: perCall("zeros before x along axis 1"),
    P2: perCall("zeros before x along axis 2"),
    P3: perCall("zeros before x along axis 3"),
    P4: perCall("zeros before x along axis 4"),
    P5: perCall("zeros before x along axis 5"),
  },
  options: defaults,
  bindings: { x: read(word, "F0 F1 F2 F3 F4 F5"), out: write(word, "n") },
  plan: ({ n }, limits) => flatPlan(n, limits),
  cost: ({ n }) => ({ flops: 0, bytes: 8 * n }),
  wgsl: (plan, { options }) => {
    const { rank } = options;
    // before the first element i − before wraps to a number past any extent, so one comparison sees both ends
    const axes = Array.from(
      { length: rank },
      (_, axis) => `place = rest % dims.E${axis} - dims.P${axis}; rest /= dims.E${axis};
      inside = inside && place < dims.F${axis}; at += place * stride; stride *= dims.F${axis};`,
    );
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      var rest = i;
      var at = 0u;
      var stride = 1u;
      var inside = true;
      var place: u32;
      ${axes.toReversed().join("\n      ")}
      if (inside) { out[i] = x[at]; } else { out[i] = ${word(options)}(); }
    }`;
  },
});
