import { ValueError } from "./errors";
import type { Limits } from "./limits";
import type { Plan } from "./plan";
import type { StorageOptions } from "./storage";

/** An extent of a kernel's arrays: a constant of the compiled code (perModel) or a number in a uniform (perCall). */
export interface Dim {
  readonly kind: "perCall" | "perModel";
  readonly doc: string;
}

/** A dim that changes from batch to batch: it arrives in a uniform, as `dims.NAME`, so a new value compiles nothing. */
export const perCall = (doc: string): Dim => ({ kind: "perCall", doc });
/** A dim fixed by the model: it becomes a WGSL constant, as `NAME`. */
export const perModel = (doc: string): Dim => ({ kind: "perModel", doc });

/** A number of 32 bits. */
export type ScalarType = "f32" | "i32" | "u32";
/** The h types hold numbers of half precision, two to a word; they need the feature shader-f16. */
export type ElementType = ScalarType | "f16" | "vec2f" | "vec4f" | "vec2u" | "vec4u" | "vec2h" | "vec4h";

/** 4-byte words in one element. */
export const WORDS: Record<ElementType, number> = {
  f32: 1,
  i32: 1,
  u32: 1,
  f16: 0.5,
  vec2f: 2,
  vec4f: 4,
  vec2u: 2,
  vec4u: 4,
  vec2h: 1,
  vec4h: 2,
};

/** Extents by the names of their dims. */
export type DimValues = Readonly<Record<string, number>>;
/** Extents as a string of dim names and numbers, "B T 4", or a function of the dims and options for strided arrays. */
export type ShapeExpression = string | ((dims: DimValues, options: Readonly<Record<string, unknown>>) => number[]);
/** The type of an array's elements, or a function that reads it off the options. */
export type TypeExpression = ElementType | ((options: Readonly<Record<string, unknown>>) => ElementType);

/** One array of a kernel. */
export interface Binding {
  /** `read` is never written; `write` is written whole; `update` is read and written in place. */
  readonly access: "read" | "write" | "update";
  readonly type: TypeExpression;
  readonly shape: ShapeExpression;
  /** Whether a call may leave it out; the WGSL is then generated without it. */
  readonly optional: boolean;
  /** Words to measure with, where any numbers would not do. */
  readonly sample?: (dims: DimValues, options: Readonly<Record<string, unknown>>) => ArrayLike<number>;
}

/** An array that the kernel reads. */
export const read = (type: TypeExpression, shape: ShapeExpression): Binding => binding("read", type, shape);
/** An array that the kernel writes whole. */
export const write = (type: TypeExpression, shape: ShapeExpression): Binding => binding("write", type, shape);
/** An array that the kernel reads and writes in place. */
export const update = (type: TypeExpression, shape: ShapeExpression): Binding => binding("update", type, shape);
/** The same array, where a call may leave it out: `optional(read("f32", "B H"))`. */
export const optional = (of: Binding): Binding & { readonly optional: true } => ({ ...of, optional: true });

function binding(access: Binding["access"], type: TypeExpression, shape: ShapeExpression): Binding {
  return { access, type, shape, optional: false };
}

/** What one step of work costs; exp, tanh and the like count as one operation. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

type Values<D extends Record<string, unknown>, V> = { readonly [K in keyof D]: V };

/** What the WGSL generator is told beside the plan. */
export interface CodeContext<D extends Record<string, Dim>, B extends Record<string, Binding>, O> {
  /** All dims by value. Only perModel ones may shape the code; perCall ones are read as `dims.NAME` in the WGSL. */
  readonly dims: Values<D, number>;
  readonly options: O;
  /** Which bindings this call has. */
  readonly has: Values<B, boolean>;
}

/** One kernel, as data: its arrays, its sizes, its grid, its cost, and the WGSL between them. */
export interface KernelDefinition<
  D extends Record<string, Dim>,
  B extends Record<string, Binding>,
  O extends object,
  S extends Record<string, ScalarType>,
  P extends Plan,
> {
  /** snake_case: it labels pipelines and profiles. */
  readonly name: string;
  readonly dims: D;
  /** Choices that change the code, with their defaults. */
  readonly options?: O;
  /** Numbers that change from step to step, read as `dims.NAME` in the WGSL. */
  readonly scalars?: S;
  readonly bindings: B;
  /** Dispatches made one after the other, each seeing what the last wrote; the WGSL reads its index as `dims.step` of `dims.repeats`. */
  readonly repeat?: (dims: Values<D, number>, options: O, limits: Limits) => number;
  /** Extent, type or option that this kernel refuses: throw a typed error. Runs before any GPU work. */
  readonly check?: (dims: Values<D, number>, options: O, limits: Limits) => void;
  readonly plan: (dims: Values<D, number>, limits: Limits, options: O) => P;
  /** Of all dispatches of one call. */
  readonly cost: (dims: Values<D, number>, options: O) => Cost;
  readonly wgsl: (plan: P, context: CodeContext<D, B, O>) => string;
}

/** Any kernel, its own types forgotten: the bivariance of methods makes every `Kernel<…>` assignable to it. */
export interface AnyKernel {
  readonly name: string;
  readonly dims: Readonly<Record<string, Dim>>;
  readonly options?: object;
  readonly scalars?: Readonly<Record<string, ScalarType>>;
  readonly bindings: Readonly<Record<string, Binding>>;
  repeat?(dims: DimValues, options: object, limits: Limits): number;
  check?(dims: DimValues, options: object, limits: Limits): void;
  plan(dims: DimValues, limits: Limits, options: object): Plan;
  cost(dims: DimValues, options: object): Cost;
  wgsl(plan: Plan, context: { dims: DimValues; options: object; has: Readonly<Record<string, boolean>> }): string;
}

/** A kernel that keeps the names of its dims, bindings, options and scalars, so that calls of it are type-checked. */
export interface Kernel<D, B, O, S> extends AnyKernel {
  /** Only types: no value is ever here. */
  readonly call?: { readonly dims: D; readonly bindings: B; readonly options: O; readonly scalars: S };
}

/** The dims that a call of a kernel gives. */
export type DimsOf<K> =
  K extends Kernel<infer D, infer _B, infer _O, infer _S> ? { readonly [N in keyof D]: number } : never;
/** A kernel's arrays by name. */
export type BindingsOf<K> = K extends Kernel<infer _D, infer B, infer _O, infer _S> ? B : never;
/** The options that a call of a kernel may give. */
export type OptionsOf<K> =
  K extends Kernel<infer _D, infer _B, infer O, infer _S> ? Partial<O> & StorageOptions : never;
/** The scalars that a call of a kernel gives. */
export type ScalarsOf<K> =
  K extends Kernel<infer _D, infer _B, infer _O, infer S> ? { readonly [N in keyof S]: number } : never;

/**
 * Defines a kernel. The WGSL declarations, the shape, type and limit checks, and the layout of its uniform are all
 * written from this one record; nothing else states them.
 */
export function defineKernel<
  const D extends Record<string, Dim>,
  const B extends Record<string, Binding>,
  P extends Plan,
  O extends object = Record<never, never>,
  const S extends Record<string, ScalarType> = Record<never, never>,
>(definition: KernelDefinition<D, B, O, S, P>): Kernel<D, B, O, S> {
  return definition;
}

/** The type of the elements of a binding's array. */
export function elementType({ type }: Binding, options: object): ElementType {
  return typeof type === "function" ? type({ ...options }) : type;
}

/** The extents of a binding's array, in elements of its type. */
export function extents(binding: Binding, dims: DimValues, options: object): number[] {
  if (typeof binding.shape === "function") return binding.shape(dims, { ...options });
  return binding.shape
    .split(" ")
    .filter(Boolean)
    .map((part) => {
      const extent = /^\d+$/.test(part) ? Number(part) : dims[part];
      if (extent !== undefined) return extent;
      throw new ValueError({
        where: "extents",
        what: `"${part}" in the shape "${binding.shape}"`,
        expected: `a number or one of the dims ${Object.keys(dims).join(", ")}`,
        received: "neither",
      });
    });
}
