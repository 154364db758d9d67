import { REPORT } from "./report";

/** Scalars that every update kernel takes; 0 or less turns either off. */
export const CLIP_SCALARS = {
  /** The gradient is scaled so that its norm is at most this: min(1, clipNorm/(‖g‖₂ + 1e-6)) (Pascanu et al. 2013). */
  clipNorm: "f32",
  /** Then each element is held within ± this. */
  clipValue: "f32",
} as const;

/** What both kinds of clipping come to, and the scale of the loss: `scale` and `bound`, the same for every element. */
export const CLIPPING = `
      let norm = bitcast<f32>(report[${REPORT.norm}]);
      let clip = select(1.0, min(1.0, dims.clipNorm / (norm + 1e-6)), dims.clipNorm > 0.0);
      let scale = clip * bitcast<f32>(report[${REPORT.unscale}]);
      let bound = vec4f(select(3.4028234e38, dims.clipValue, dims.clipValue > 0.0));`;

/** Four elements of the gradient without the scale of the loss, after both; `factor` is `scale`, or that of their clipping unit. */
export const CLIPPED = "clamp(gradients[i] * factor, -bound, bound)";

/** Leaves an update out when the gradient is not finite; `gradientNorm` has counted it. */
export const SKIP_UNLESS_FINITE = `if (report[${REPORT.finite}] == 0u) { return; }`;
