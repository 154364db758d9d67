import { assign, LayerNorm } from "@unroll/nn";
import { type Check, UnsupportedCase } from "../compare";
import { ABOUT, type Fields } from "../fields";
import { checksOf, f32 } from "./tensors";

/** Layer normalisation over the last axis, as a module. */
export async function runLayerNorm(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "config", "weights", "inputs", "expected", "atol", "rtol");
  const config = fields.fields("config").only("epsilon", "axis");
  const weights = fields.fields("weights").only("gamma", "beta");
  const x = f32(fields.fields("inputs").only("x").tensor("x"));
  if (![-1, x.rank - 1].includes(config.number("axis", -1))) throw new UnsupportedCase("layer norm over another axis");
  const gamma = weights.tensor("gamma");
  const module = new LayerNorm(gamma.shape, { epsilon: config.number("epsilon"), bias: weights.has("beta") });
  await assign([[module.weight, Float32Array.from(gamma.data)]]);
  if (module.bias) await assign([[module.bias, Float32Array.from(weights.tensor("beta").data)]]);
  const expected = fields.fields("expected").only("output").tensor("output");
  return checksOf([{ what: "output", actual: module.forward(x), expected, tolerance: fields.tolerance() }]);
}
