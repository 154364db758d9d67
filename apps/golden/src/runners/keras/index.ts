import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { isKerasAttention, runKerasAttention } from "../attention/keras-attention";
import { checksOf, f32, type Wanted } from "../tensors";
import { kerasLayerNormalization } from "./layer-normalization";
import type { KerasLayer } from "./outputs";
import { recurrentLayer } from "./recurrent";
import { selected } from "./select";

async function layerOf(fields: Fields): Promise<KerasLayer> {
  const [layer, config, weights] = [fields.text("layer"), fields.fields("config"), fields.fields("weights")];
  if (layer !== "LayerNormalization") return recurrentLayer(layer, config, weights);
  const normalise = kerasLayerNormalization(config, weights);
  return {
    inputs: ["x"],
    call: (x) => ({ tensors: { output: normalise(x) }, states: [] }),
    resetState: () => undefined,
  };
}

/** Calls in order on one layer object; each states which outputs are compared. */
export async function runKeras(fields: Fields): Promise<Check[]> {
  if (isKerasAttention(fields.text("layer"))) return runKerasAttention(fields);
  fields.only(...ABOUT, "layer", "config", "weights", "calls", "atol", "rtol");
  const layer = await layerOf(fields);
  const wanted: Wanted[] = [];
  for (const [index, step] of fields.list("calls").entries()) {
    step.only("op", "inputs", "expected");
    const op = step.text("op");
    if (op === "reset_state") {
      layer.resetState();
      continue;
    }
    if (op !== "call") throw new UnsupportedCase(`no operation ${op} on a layer`);
    const inputs = step.fields("inputs").only(...layer.inputs);
    const outputs = layer.call(f32(inputs.tensor("x")), {
      mask: inputs.optionalTensor("mask"),
      initialState: inputs.has("initial_state")
        ? inputs.tensors("initial_state").map((state) => f32(state))
        : undefined,
    });
    for (const one of step.list("expected", [])) {
      one.only("select", "value", "atol", "rtol");
      const select = one.text("select");
      wanted.push({
        what: `call ${index} ${select}`,
        actual: selected(outputs, select),
        expected: one.tensor("value"),
        tolerance: one.tolerance(fields.tolerance()),
      });
    }
  }
  return checksOf(wanted);
}
