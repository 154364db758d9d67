import { defineKernel, read, wgsl, write } from "../core";
import { REPORT, REPORT_WORDS } from "./report";

/** PyTorch's `GradScaler` has these numbers. */
const FIRST = 2 ** 16;
const GROWTH_INTERVAL = 2000;
/** Powers of two between which scales are held, so that they and their inverses are exact in f32. */
const SMALLEST = 2 ** -64;
const LARGEST = 2 ** 64;

/** `lossScale()`: what the report says that a loss is scaled by. */
const LOSS_SCALE = `
    fn lossScale() -> f32 { return select(bitcast<f32>(report[${REPORT.scale}]), ${FIRST}.0, report[${REPORT.scale}] == 0u); }`;

/** `lossScale()`, and `rescale(finite)`, which finds the next scale from how the update with this one went. */
export const RESCALE = wgsl`${LOSS_SCALE}
    fn rescale(finite: bool) {
      let good = select(0u, report[${REPORT.good}] + 1u, finite);
      let grows = good == ${GROWTH_INTERVAL}u;
      let factor = select(0.5, select(1.0, 2.0, grows), finite);
      report[${REPORT.scale}] = bitcast<u32>(clamp(lossScale() * factor, ${SMALLEST.toExponential()}, ${LARGEST.toExponential()}));
      report[${REPORT.good}] = select(good, 0u, grows);
    }`;

/**
 * What a loss of half precision is scaled by, so that its gradients, many of which are below the smallest half 2^−24, do
 * not vanish on their way: the gradient that backward begins with (Micikevicius et al. 2018). A report of zeros stands
 * for the first scale, 2^16.
 */
export const lossScale = defineKernel({
  name: "loss_scale",
  dims: {},
  bindings: { report: read("u32", `${REPORT_WORDS}`), scale: write("f32", "1") },
  plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] }),
  cost: () => ({ flops: 0, bytes: 8 }),
  wgsl: () => wgsl`
    ${LOSS_SCALE}
    @compute @workgroup_size(1)
    fn main() { scale[0] = lossScale(); }`,
});
