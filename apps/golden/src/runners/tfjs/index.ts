import { evaluate } from "@unroll/nn";
import type { Check } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { checksOf, f32, type Wanted } from "../tensors";
import { TfjsModel } from "./model";
import { trainTfjs } from "./training";

/** A small model of TensorFlow.js: its outputs, its outputs call by call where it is stateful, and how it trains. */
export async function runTfjs(fields: Fields): Promise<Check[]> {
  fields.only(
    ...[...ABOUT, "layers", "initial_weights", "inputs", "expected", "stateful_calls", "training", "atol", "rtol"],
  );
  return [...(await predictions(fields)), ...(await statefulCalls(fields)), ...(await trainTfjs(fields))];
}

async function predictions(fields: Fields): Promise<Check[]> {
  if (!fields.has("expected")) return [];
  const expected = fields.fields("expected").only("output");
  const inputs = fields.fields("inputs").only("x", "initial_state");
  const model = new TfjsModel(fields, false);
  const start = inputs.has("initial_state") ? inputs.tensors("initial_state").map((state) => f32(state)) : undefined;
  const actual = model.predict(inputs.tensor("x"), start);
  return checksOf([{ what: "output", actual, expected: expected.tensor("output"), tolerance: fields.tolerance() }]);
}

/** The same x again and again, carrying state; after a reset the same outputs come again. */
async function statefulCalls(fields: Fields): Promise<Check[]> {
  if (!fields.has("stateful_calls")) return [];
  const x = fields.fields("inputs").only("x").tensor("x");
  const model = new TfjsModel(fields, true);
  const wanted: Wanted[] = [];
  for (const round of ["", " after reset"]) {
    model.resetStates();
    for (const [index, call] of fields.list("stateful_calls").entries()) {
      const expected = call.only("output").tensor("output");
      const actual = model.predict(x);
      await evaluate([actual, ...model.kept]);
      wanted.push({ what: `call ${index}${round}`, actual, expected, tolerance: fields.tolerance() });
    }
  }
  return checksOf(wanted);
}
