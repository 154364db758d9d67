import { clock } from "../tensor/clock";
import type { Tensor } from "../tensor/tensor";
import type { OpRecord, SharedBackward } from "./record";

type TensorRecord = { readonly [name: string]: Tensor | undefined };
/** Outputs that may be asked for a gradient: those of `out`, each absent if nothing depends on it. */
export type Gradients<T> = { readonly [N in keyof T]: Tensor | undefined };

/** One record of several that are differentiated at once. */
export interface SharedRecord<A, O, S> {
  readonly dOut: Gradients<O>;
  readonly saved: S;
  readonly attributes: A;
}

/** One differentiable operation: how it is recorded, and what it passes back. */
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
  /** What `forward` computes in operations that other programs know, where those are several: for files for them. */
  plain?(inputs: I, attributes: A): { readonly [N in keyof O]?: Tensor | undefined };
  /** For inputs that many records have in common: their gradients, of all those records at once. */
  readonly shared?: {
    readonly inputs: readonly (keyof I & string)[];
    /** Records are taken together where this is equal and not undefined. */
    key(attributes: A): string | undefined;
    backward(
      records: readonly SharedRecord<A, O, S>[],
      needs: { readonly has: (input: keyof I & string) => boolean },
    ): Partial<{ readonly [N in keyof I]: Tensor | undefined }>;
  };
}

/** Makes a function that records an operation together with its backward. */
export function defineOp<I extends TensorRecord, A extends object, O extends TensorRecord, S>(
  definition: OpDefinition<I, A, O, S>,
): (inputs: I, attributes: A) => O {
  const kept = new WeakMap<OpRecord, { readonly saved: S; readonly attributes: A }>();
  const shared = definition.shared && sharedBackward(definition.shared, kept);
  const op = (inputs: I, attributes: A): O => {
    const { out, saved } = definition.forward(inputs, attributes);
    const record: OpRecord = {
      name: definition.name,
      born: clock.now,
      attributes,
      inputs: present(inputs),
      outputs: present(out),
      plain: () => definition.plain?.(inputs, attributes),
      repeat: { saved, call: (again: TensorRecord, other: object) => op(again as I, other as A) },
      backward: (dOut: Readonly<Record<string, Tensor | undefined>>, needs: ReadonlySet<string>) =>
        definition.backward(dOut as Gradients<O>, saved, needs, attributes),
      shared,
    };
    if (shared) kept.set(record, { saved, attributes });
    for (const output of Object.values(record.outputs)) output.origin = record;
    return out;
  };
  return op;
}

/** The rule of an operation for several records, over records whose own types are forgotten. */
function sharedBackward<I extends TensorRecord, A extends object, O extends TensorRecord, S>(
  rule: NonNullable<OpDefinition<I, A, O, S>["shared"]>,
  kept: WeakMap<OpRecord, { readonly saved: S; readonly attributes: A }>,
): SharedBackward {
  const of = (record: OpRecord): { readonly saved: S; readonly attributes: A } => {
    const found = kept.get(record);
    if (!found) throw new Error(`${record.name} kept nothing for its backward`);
    return found;
  };
  return {
    inputs: rule.inputs,
    key: (record) => rule.key(of(record).attributes),
    backward: (uses, needs) =>
      rule.backward(
        uses.map(({ record, dOutputs }) => ({ dOut: dOutputs as Gradients<O>, ...of(record) })),
        needs,
      ),
  };
}

function present(tensors: TensorRecord): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(tensors)) if (value) found[name] = value;
  return found;
}
