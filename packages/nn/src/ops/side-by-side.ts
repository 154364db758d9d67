import { elementwise, view } from "../graph/run";
import type { Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { joinKnown } from "./concat";

/** Steps [rows, 1, width] side by side on the middle axis, in f32 unless all are halves. No gradient flows back. */
export function sideBySide(steps: readonly Tensor[], shape: Shape): Tensor {
  const areHalves = steps.every(({ dtype }) => dtype === "f16");
  const alike = steps.map((step) =>
    areHalves || step.dtype === "f32" ? step : elementwise("identity", [step], step.shape, "f32"),
  );
  return joinKnown(
    alike.map((step) => view(step, shape)),
    1,
  );
}
