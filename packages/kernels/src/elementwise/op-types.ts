import { DTypeError } from "../core";
import type { DType } from "./dtype";

/** The dtypes that an argument may have, by the letter that stands for them below. */
const ACCEPTS = {
  f: ["f32"],
  s: ["f32", "i32"],
  n: ["f32", "i32", "u32"],
  b: ["bool"],
  a: ["f32", "i32", "u32", "bool"],
} as const satisfies Readonly<Record<string, readonly DType[]>>;

/**
 * Every elementwise operation, with a letter for each of its arguments: f32, signed, number, bool or any. They share one
 * dtype, but for those before a comma, and the result has it too unless another follows after ">". Names ending in Grad
 * are whole steps of a backward pass, dy times a slope. `op-code.ts` has what each comes to.
 */
export const OP_TYPES = {
  identity: "a",
  neg: "s",
  abs: "s",
  sign: "s",
  square: "n",
  sqrt: "f",
  reciprocal: "f",
  exp: "f",
  log: "f",
  log1p: "f",
  expm1: "f",
  sin: "f",
  cos: "f",
  erf: "f",
  sigmoid: "f",
  tanh: "f",
  relu: "f",
  gelu: "f",
  softplus: "f",
  floor: "f",
  ceil: "f",
  round: "f",
  not: "b",
  isFinite: "f>bool",
  toF32: "a>f32",
  toI32: "a>i32",
  toU32: "a>u32",
  toBool: "a>bool",
  add: "nn",
  sub: "nn",
  mul: "nn",
  div: "nn",
  pow: "ff",
  min: "nn",
  max: "nn",
  equal: "aa>bool",
  notEqual: "aa>bool",
  less: "nn>bool",
  lessEqual: "nn>bool",
  greater: "nn>bool",
  greaterEqual: "nn>bool",
  and: "bb",
  or: "bb",
  where: "b,aa",
  clamp: "nnn",
  leakyRelu: "ff",
  absGrad: "ff",
  sqrtGrad: "ff",
  reciprocalGrad: "ff",
  sigmoidGrad: "ff",
  tanhGrad: "ff",
  reluGrad: "ff",
  leakyReluGrad: "fff",
  geluGrad: "ff",
  softplusGrad: "ff",
  squareGrad: "ff",
  maxGrad: "fff",
  clampGrad: "ffff",
  elu: "ff",
  eluGrad: "fff",
  geluTanh: "f",
  geluTanhGrad: "ff",
  hardSigmoid: "fff",
  hardSigmoidGrad: "ffff",
  hardSwish: "f",
  hardSwishGrad: "ff",
  mish: "f",
  mishGrad: "ff",
  softsign: "f",
  softsignGrad: "ff",
  swish: "ff",
  swishGrad: "fff",
  thresholdedRelu: "ff",
  thresholdedReluGrad: "fff",
  focal: "ff",
  focalGrad: "fff",
} as const;

/** The name of an elementwise operation. */
export type ElementwiseOp = keyof typeof OP_TYPES;

/** What an operation takes and gives. */
export interface OpTypes {
  /** One entry per argument: the dtypes it may have. */
  readonly accepts: readonly (readonly DType[])[];
  /** Arguments that must share one dtype; the result has it too unless `result` says otherwise. */
  readonly alike: readonly number[];
  readonly result: DType | undefined;
}

/** What was read off the letters: an operation is recorded far more often than there are operations. */
const known = new Map<ElementwiseOp, OpTypes>();

/** The types of an operation's arguments and result. */
export function typesOf(op: ElementwiseOp): OpTypes {
  const found = known.get(op) ?? readTypes(op);
  known.set(op, found);
  return found;
}

function readTypes(op: ElementwiseOp): OpTypes {
  const [letters = "", result] = OP_TYPES[op].split(">");
  const [apart = "", alike] = letters.split(",");
  const all = [...apart, ...(alike ?? "")];
  const first = alike === undefined ? 0 : apart.length;
  return {
    accepts: all.map((letter) => ACCEPTS[letter as keyof typeof ACCEPTS]),
    alike: all.flatMap((_, index) => (index < first ? [] : [index])),
    result: result as DType | undefined,
  };
}

/**
 * The dtype that `op` gives for arguments of the given dtypes.
 * @throws DTypeError if there are too few or too many, or one has a dtype that the operation does not take
 */
export function resultType(op: ElementwiseOp, args: readonly DType[]): DType {
  const { accepts, alike, result } = typesOf(op);
  if (args.length !== accepts.length) {
    throw new DTypeError({
      where: op,
      what: "the number of arguments",
      expected: `${accepts.length}`,
      received: `${args.length}`,
    });
  }
  for (const [index, dtype] of args.entries()) {
    const allowed = accepts[index] ?? [];
    if (!allowed.includes(dtype)) {
      throw new DTypeError({
        where: op,
        what: `argument ${index}`,
        expected: allowed.join(" or "),
        received: dtype,
        remedy: "Cast it first.",
      });
    }
  }
  const common = args[alike[0] ?? 0] ?? "f32";
  for (const index of alike) {
    if (args[index] !== common) {
      throw new DTypeError({
        where: op,
        what: `argument ${index}`,
        expected: `${common} as argument ${alike[0]} is`,
        received: `${args[index]}`,
        remedy: "Cast one of them first.",
      });
    }
  }
  return result ?? common;
}
