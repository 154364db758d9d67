import { clock } from "../tensor/clock";
import type { Tensor } from "../tensor/tensor";

type TensorRecord = { readonly [name: string]: Tensor | undefined };
/** Outputs that may be asked for a gradient: those of `out`, each absent if nothing depends on it. */
export type Gradients<T> = { readonly [N in keyof T]: Tensor | undefined };

export interface OpDefinition<I extends TensorRecord, A extends object, O extends TensorRecord, S> {
  /** camelCase, as users call it. */
  readonly name: string;
  /** Checks, records, and says what backward will need. */
  forward(inputs: I, attributes: A): { readonly out: O; readonly saved: S };
  /** Gradients of the inputs in `needs`. */
  backward(
    dOut: Gradients<O>,
    saved: S,
    needs: { readonly has: (input: keyof I & string) => boolean },
    attributes: A,
  ): Partial<{ readonly [N in keyof I]: Tensor | undefined }>;
}

/** Makes a function that records an operation together with its backward. */
export function defineOp<I extends TensorRecord, A extends object, O extends TensorRecord, S>(
  definition: OpDefinition<I, A, O, S>,
): (inputs: I, attributes: A) => O {
  const op = (inputs: I, attributes: A): O => {
    const { out, saved } = definition.forward(inputs, attributes);
    const record = {
      name: definition.name,
      born: clock.now,
      inputs: present(inputs),
      outputs: present(out),
      repeat: { attributes, saved, call: (again: TensorRecord, other: object) => op(again as I, other as A) },
      backward: (dOut: Readonly<Record<string, Tensor | undefined>>, needs: ReadonlySet<string>) =>
        definition.backward(dOut as Gradients<O>, saved, needs, attributes),
    };
    for (const output of Object.values(record.outputs)) output.origin = record;
    return out;
  };
  return op;
}

function present(tensors: TensorRecord): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(tensors)) if (value) found[name] = value;
  return found;
}
