import type { Tensor } from "../../tensor/tensor";
import type { Traced } from "../tracing/trace";

/** Records the outputs of an operation once more, in operations that have rules. */
export type Plain = (inputs: Readonly<Record<string, Tensor>>, attributes: object) => Readonly<Record<string, Tensor>>;

/**
 * What the operation that made a value gives, in plain ones: for each output of the first trace the same value as every
 * trace has it. Nothing where it is plain itself.
 * @param written operations that are written so here; others say by themselves, see `OpDefinition.plain`
 */
export function plainForms(traced: Traced, written: ReadonlyMap<string, Plain>): Map<Tensor, Traced> {
  const forms = traced.map(({ origin }) => {
    return origin && (written.get(origin.name)?.(origin.inputs, origin.attributes) ?? origin.plain?.());
  });
  const outputs = Object.entries((forms[0] && traced[0]?.origin?.outputs) ?? {});
  const found = outputs.map(([name, output]) => [output, forms.flatMap((form) => form?.[name] ?? [])] as const);
  return new Map(found.filter(([, same]) => same.length > 0));
}
