import {
  type AnyKernel,
  type DimValues,
  elementType,
  extents,
  ShapeError,
  type StorageOptions,
  WORDS,
} from "@unroll/kernels";
import type { DType } from "../tensor/dtype";
import type { Scalar } from "../tensor/scalar";
import { formatShape, type Shape, sizeOf } from "../tensor/shape";

/** What a call of a kernel says beside the tensors that it reads. */
export interface CallFacts {
  readonly dims: DimValues;
  readonly options?: object | undefined;
  readonly scalars?: Readonly<Record<string, Scalar | number>> | undefined;
  readonly shapes?: Readonly<Record<string, Shape | undefined>> | undefined;
  readonly dtypes?: Readonly<Record<string, DType | undefined>> | undefined;
  readonly outputs?: readonly string[] | undefined;
}

/** All of a kernel call that stays the same from step to step: what is neither a tensor nor a number read afresh. */
export interface CallForm {
  /** Short, and of this form alone: plans are told apart by it. */
  readonly signature: string;
  /** The kernel's, with the defaults of those that the call does not name. */
  readonly options: object;
  /** Tensors that the call makes. */
  readonly outputs: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[];
}

/** Forms kept per kernel. One that was forgotten is made again under another signature, and so are plans that had it. */
const MOST_FORMS = 4096;

const forms = new WeakMap<AnyKernel, Map<string, CallForm>>();
let made = 0;

/**
 * The form of a call: worked out when first met, afterwards one look-up, so that recording a step costs little.
 * @param inputs names of the bindings given
 * @param halves those of them that are stored in halves
 * @throws ShapeError if an output's shape has another number of elements than the kernel writes
 */
export function formOf(
  kernel: AnyKernel,
  call: CallFacts,
  inputs: readonly string[],
  halves: readonly string[] = [],
): CallForm {
  let known = forms.get(kernel);
  if (!known) {
    known = new Map();
    forms.set(kernel, known);
  }
  const options: object = { ...kernel.options, ...call.options, ...stored(call, halves) };
  const key = keyOf(call, options, inputs);
  let form = known.get(key);
  if (!form) {
    form = { signature: `k${made++}`, options, outputs: outputsOf(kernel, call, options) };
    if (known.size >= MOST_FORMS) known.clear();
    known.set(key, form);
  }
  return form;
}

/** The kernel option that says which arrays lie in halves. */
function stored({ dtypes }: CallFacts, inputs: readonly string[]): StorageOptions {
  const outputs = dtypes ? Object.keys(dtypes).filter((name) => dtypes[name] === "f16") : [];
  return inputs.length + outputs.length > 0 ? { halves: [...inputs, ...outputs] } : {};
}

/** Everything in one text, written natively: faster than any walk of ours through objects made for each call. */
function keyOf(call: CallFacts, options: object, inputs: readonly string[]): string {
  const { dims, scalars, shapes, dtypes, outputs } = call;
  const numbers = scalars && Object.entries(scalars).map(([name, value]) => `${name}=${isFixed(value) ? value : ""}`);
  return JSON.stringify([inputs, dims, options, numbers, shapes, dtypes, outputs]);
}

/** Whether a number is part of the call itself. */
const isFixed = (value: Scalar | number): value is number => typeof value === "number";

function outputsOf(kernel: AnyKernel, call: CallFacts, options: object): CallForm["outputs"] {
  return Object.entries(kernel.bindings)
    .filter(
      ([name, { access, optional }]) => access === "write" && (!optional || call.outputs?.includes(name) === true),
    )
    .map(([name, binding]) => {
      const type = elementType(binding, options);
      const own = extents(binding, call.dims, options);
      if (WORDS[type] > 1) own.push(WORDS[type]);
      const shape = call.shapes?.[name] ?? own;
      if (sizeOf(shape) !== sizeOf(own)) {
        throw new ShapeError({
          where: kernel.name,
          what: name,
          expected: formatShape(own),
          received: formatShape(shape),
        });
      }
      const own32 = type === "i32" ? "i32" : type.endsWith("u") || type === "u32" ? "u32" : "f32";
      return { name, shape: [...shape], dtype: call.dtypes?.[name] ?? own32 };
    });
}
