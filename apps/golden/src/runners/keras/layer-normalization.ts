import { inverseOrder } from "@unroll/kernels";
import { layerNorm, mul, permute, type Tensor } from "@unroll/nn";
import type { Fields } from "../../fields";
import { f32 } from "../tensors";

/**
 * Keras's LayerNormalization: over the axes of `axis`, which are moved to the end and back where they are not there. With
 * `rms_scaling` nothing is centred: γ·x / √(σ² + ε).
 */
export function kerasLayerNormalization(config: Fields, weights: Fields): (x: Tensor) => Tensor {
  config.only("axis", "epsilon", "rms_scaling", "center", "scale");
  weights.only("gamma", "beta");
  const centres = !config.flag("rms_scaling", false);
  const epsilon = config.number("epsilon", 1e-3);
  return (x) => {
    const given = typeof config.raw("axis") === "number" ? [config.number("axis")] : config.numbers("axis", [-1]);
    const axes = given.map((axis) => (axis < 0 ? axis + x.rank : axis)).sort((a, b) => a - b);
    const order = [...x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes];
    const normalised = axes.map((axis) => x.shape[axis] ?? 0);
    const parameter = (name: string): Tensor | undefined => {
      const values = weights.optionalTensor(name);
      return values && f32(values, normalised);
    };
    const [moved, weight] = [permute(x, order), parameter("gamma")];
    const { y, inverseDeviation } = layerNorm(moved, { axes: axes.length, epsilon, weight, bias: parameter("beta") });
    return permute(centres ? y : mul(mul(moved, inverseDeviation), weight ?? 1), inverseOrder(order));
  };
}
