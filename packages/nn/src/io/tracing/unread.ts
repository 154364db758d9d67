import { ValueError } from "@unroll/kernels";
import { inputsOf } from "../../graph/node";
import { Tensor } from "../../tensor/tensor";

/**
 * @throws ValueError if there is an input that no output is made of: a file that has it would not do with it what is meant
 */
export function expectAllRead(
  where: string,
  inputs: ReadonlyMap<string, Tensor>,
  outputs: ReadonlyMap<string, Tensor>,
): void {
  const read = madeOf(outputs.values());
  for (const [name, input] of inputs) {
    if (read.has(input)) continue;
    const names = [...inputs.keys()].join(", ");
    const remedy = `Leave it out, or say how the model is called: { forward: ({ ${names} }) => model.forward(…) }. By default inputs are forward's arguments, in their order.`;
    throw new ValueError({
      where,
      what: `inputs.${name}`,
      expected: "what an output is made of",
      received: "read by none",
      remedy,
    });
  }
}

/** All tensors that some are made of, themselves included. */
function madeOf(results: Iterable<Tensor>): ReadonlySet<Tensor> {
  const found = new Set(results);
  for (const { origin, node } of found) {
    for (const value of Object.values(origin?.inputs ?? {})) found.add(value);
    for (const value of Object.values(origin?.attributes ?? {})) if (value instanceof Tensor) found.add(value);
    for (const value of inputsOf(node)) found.add(value);
  }
  return found;
}
