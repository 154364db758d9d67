import { type CloseOptions, integers, normal, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { type DType, storageType } from "./dtype";
import type { ElementwiseProgram } from "./elementwise";
import { elementwiseKernel } from "./elementwise";
import { elementwiseReference } from "./elementwise.reference";
import { type ElementwiseOp, OP_TYPES } from "./op-types";

const gpu = useTestDevice();
const ULP = 2 ** -23; // of a number just above a power of two: the relative size of one unit in the last place
const EXACT: CloseOptions = { absolute: 2 ** -126, relative: ULP / 2 }; // correctly rounded; subnormals may flush

async function check(
  program: ElementwiseProgram,
  inputs: readonly ArrayLike<number>[],
  tolerance: CloseOptions,
  scalars: readonly number[] = [],
): Promise<void> {
  const { kernel, dims } = elementwiseKernel(program);
  const expected = elementwiseReference(program, inputs, scalars);
  await checkKernel(gpu.device, kernel, {
    dims,
    scalars: Object.fromEntries(scalars.map((value, i) => [`s${i}`, value])),
    inputs: Object.fromEntries(
      inputs.map((values, i) => {
        const type = storageType(program.inputs[i]?.dtype ?? "f32");
        const typed = { f32: Float32Array, i32: Int32Array, u32: Uint32Array }[type].from(values);
        return [`in${i}`, typed];
      }),
    ),
    expected: Object.fromEntries(expected.map((values, i) => [`out${i}`, values])),
    tolerance,
  });
}

function single(op: ElementwiseOp, dtypes: readonly DType[], n: number): ElementwiseProgram {
  return {
    shape: [n],
    inputs: dtypes.map((dtype) => ({ dtype, shape: [n] })),
    scalars: [],
    instructions: [{ op, args: dtypes.map((_, i) => i) }],
    outputs: [dtypes.length],
  };
}

const N = 517;
const wide = (seed: number) => normal([N], { seed, scale: 3 }).data; // |x| up to about 13
const positive = (seed: number) => uniform([N], { seed, low: 0.1, high: 3 }).data;
const bits = (seed: number) => integers([N], { seed, high: 2 }).data;

/** Inputs and bounds from WGSL's table of accuracy: exp 3 + 2|x| ulp, log 3 ulp or 2^-21, quotient 2.5 ulp. */
const FLOAT_OPS: readonly [ElementwiseOp, readonly ((seed: number) => Float64Array)[], CloseOptions][] = [
  ["identity", [wide], EXACT],
  ["neg", [wide], EXACT],
  ["abs", [wide], EXACT],
  ["sign", [wide], EXACT],
  ["square", [wide], EXACT],
  ["floor", [wide], EXACT],
  ["ceil", [wide], EXACT],
  ["round", [wide], EXACT],
  ["relu", [wide], EXACT],
  ["isFinite", [wide], EXACT],
  ["toBool", [(seed) => wide(seed).map((x) => Math.max(x, 0))], EXACT],
  ["toI32", [wide], EXACT],
  ["add", [wide, wide], EXACT],
  ["sub", [wide, wide], EXACT],
  ["mul", [wide, wide], EXACT],
  ["min", [wide, wide], EXACT],
  ["max", [wide, wide], EXACT],
  ["less", [wide, wide], EXACT],
  ["greaterEqual", [wide, wide], EXACT],
  ["where", [bits, wide, wide], EXACT],
  ["clamp", [wide, (seed) => wide(seed).map((x) => -Math.abs(x)), (seed) => wide(seed).map(Math.abs)], EXACT],
  ["leakyRelu", [wide, positive], EXACT],
  ["absGrad", [wide, wide], EXACT],
  ["reluGrad", [wide, wide], EXACT],
  ["leakyReluGrad", [wide, positive, wide], EXACT],
  ["clampGrad", [wide, (seed) => wide(seed).map((x) => -Math.abs(x)), positive, wide], EXACT],
  ["maxGrad", [(seed) => wide(seed).map(Math.round), (seed) => wide(seed).map(Math.round), wide], EXACT],
  ["squareGrad", [wide, wide], { absolute: 2 ** -126, relative: ULP }], // two products
  ["sqrt", [positive], { absolute: 0, relative: 5 * ULP }], // inverseSqrt 2 ulp, then a quotient
  ["reciprocal", [wide], { absolute: 0, relative: 2.5 * ULP }],
  ["div", [wide, positive], { absolute: 0, relative: 2.5 * ULP }],
  ["exp", [wide], { absolute: 0, relative: 29 * ULP }], // 3 + 2·13
  ["log", [positive], { absolute: 2 ** -21, relative: 3 * ULP }],
  ["log1p", [positive], { absolute: 2 ** -21, relative: 3 * ULP }],
  ["log1p", [(seed) => normal([N], { seed, scale: 1e-4 }).data], { absolute: 0, relative: 5 * ULP }], // the series: no 1 + x
  ["sin", [(seed) => uniform([N], { seed, low: -3.1, high: 3.1 }).data], { absolute: 2 ** -11 }],
  ["cos", [(seed) => uniform([N], { seed, low: -3.1, high: 3.1 }).data], { absolute: 2 ** -11 }],
  ["erf", [wide], { absolute: 16 * 2 ** -24 }],
  ["sigmoid", [wide], { absolute: 8 * 2 ** -24 }],
  ["tanh", [wide], { absolute: 16 * 2 ** -24 }],
  // erf's bound times |x|/2, which matters up to |x| = 4 where erf becomes ±1, and three roundings
  ["gelu", [wide], { absolute: 40 * 2 ** -24, relative: 2 * ULP }],
  ["softplus", [wide], { absolute: 2 ** -21, relative: ULP }], // log's bound inside [0.5, 2]
  ["sigmoidGrad", [(seed) => uniform([N], { seed }).data, wide], { absolute: 0, relative: 2 * ULP }],
  ["tanhGrad", [(seed) => uniform([N], { seed }).data, wide], { absolute: 16 * ULP, relative: 2 * ULP }], // 1 − y² cancels: 2⁻²⁴·|dy|
  ["sqrtGrad", [positive, wide], { absolute: 0, relative: 3.5 * ULP }],
  ["reciprocalGrad", [positive, wide], { absolute: 0, relative: ULP }],
  ["softplusGrad", [wide, wide], { absolute: 13 * 8 * 2 ** -24, relative: ULP }], // σ's bound times |dy| ≤ 13
  // erf's half bound and x·φ(x) ≤ 0.25 with exp's error, all times |dy| ≤ 13
  ["geluGrad", [wide, wide], { absolute: 13 * 16 * 2 ** -24, relative: 2 * ULP }],
  ["expm1", [wide], { absolute: 8 * 2 ** -24, relative: 30 * ULP }], // exp's 3 + 2·13
  // α ≤ 3 times the 6·2⁻²⁴ of expm1 below 0, and a product
  ["elu", [wide, positive], { absolute: 32 * 2 ** -24, relative: ULP }],
  ["eluGrad", [wide, positive, wide], { absolute: 13 * 3 * 8 * 2 ** -24, relative: ULP }],
  // bounds of wgsl/gated.ts, for |x| and |dy| up to 13
  ["geluTanh", [wide], { absolute: 100 * 2 ** -24, relative: ULP }],
  ["geluTanhGrad", [wide, wide], { absolute: 13 * 20 * 2 ** -24, relative: ULP }],
  ["mish", [wide], { absolute: 13 * 12 * 2 ** -24, relative: ULP }],
  ["mishGrad", [wide, wide], { absolute: 13 * 32 * 2 ** -24, relative: ULP }],
  ["swish", [wide, positive], { absolute: 13 * 10 * 2 ** -24, relative: ULP }],
  ["swishGrad", [wide, positive, wide], { absolute: 13 * 20 * 2 ** -24, relative: ULP }],
  // inside, α·x is at most 4 in size: its rounding 4 and that of the sum 1, held within [0, 1]
  ["hardSigmoid", [wide, positive, positive], { absolute: 8 * 2 ** -24 }],
  ["hardSigmoidGrad", [wide, positive, positive, wide], EXACT],
  ["hardSwish", [wide], { absolute: 12 * 2 ** -24, relative: ULP }], // x/6 + 1/2 is off by 2·2⁻²⁴, times |x| ≤ 3
  ["hardSwishGrad", [wide, wide], { absolute: 13 * 4 * 2 ** -24, relative: ULP }],
  ["softsign", [wide], { absolute: 0, relative: 3.5 * ULP }], // a quotient and a sum
  ["softsignGrad", [wide, wide], { absolute: 0, relative: 7 * ULP }], // two of each
  ["thresholdedRelu", [wide, positive], EXACT],
  ["thresholdedReluGrad", [wide, positive, wide], EXACT],
  // q is good to 7 ulp, γ ≤ 3 times that; |γ·log2 q| ≤ 10: exp2 3 + 2·10 ulp, γ times log2's 2^-21 makes 9; products
  ["focal", [positive, positive], { absolute: 0, relative: 60 * ULP }],
  ["focalGrad", [positive, positive, wide], { absolute: 0, relative: 80 * ULP }], // and e^−ℓ·ℓ/q, of 20 ulp
  // |y·log2 x| ≤ 10: exp2 3 + 2·10 ulp, |y| ≤ 3 times log2's 2^-21 makes 9 more, the product 7
  ["pow", [positive, (seed) => uniform([N], { seed, low: -3, high: 3 }).data], { absolute: 0, relative: 40 * ULP }],
];

describe("each operation equals its float64 value", () => {
  test.each(FLOAT_OPS)("%s", async (op, makers, tolerance) => {
    const inputs = makers.map((make, k) => make(11 * k + 3));
    const dtypes = makers.map((make): DType => (make === bits ? "bool" : "f32"));
    await check(single(op, dtypes, N), inputs, tolerance);
  });

  test.each(["i32", "u32"] as const)("arithmetic and comparisons of %s are exact", async (dtype) => {
    const low = dtype === "i32" ? -50 : 50;
    const a = integers([N], { seed: 1, low, high: 100 }).data;
    const b = integers([N], { seed: 2, low: 1, high: 50 }).data;
    const ops = ["add", "sub", "mul", "div", "min", "max", "equal", "notEqual", "lessEqual", "greater"] as const;
    for (const op of ops) await check(single(op, [dtype, dtype], N), [a, b], { absolute: 2 ** -126 });
    await check(single("toF32", [dtype], N), [a], EXACT);
    await check(single("toBool", [dtype], N), [a.map((x) => x % 3)], EXACT);
  });

  test("bools", async () => {
    for (const op of ["and", "or", "equal"] as const) {
      await check(single(op, ["bool", "bool"], N), [bits(1), bits(2)], EXACT);
    }
    await check(single("not", ["bool"], N), [bits(3)], EXACT);
    await check(single("toF32", ["bool"], N), [bits(3)], EXACT);
    await check(single("toU32", ["bool"], N), [bits(3)], EXACT);
  });

  test("whole powers of negative numbers, and of zero", async () => {
    const x = [-2, -2, -3, -1.5, 0, 0, -4, 5];
    const y = [3, 2, -3, 4, 2.5, 0, 1, 0];
    // |y·log2 x| ≤ 5: exp2 3 + 2·5 ulp, |y| ≤ 4 times log2's 2^-21 makes 12
    await check(single("pow", ["f32", "f32"], 8), [x, y], { absolute: 2 ** -126, relative: 25 * ULP });
  });

  test("the ends of the range stay finite", async () => {
    const x = [-3e38, -1e30, -1000, -100, 100, 1000, 1e30, 3e38];
    await check(single("tanh", ["f32"], 8), [x], { absolute: 16 * 2 ** -24 });
    await check(single("sigmoid", ["f32"], 8), [x], { absolute: 8 * 2 ** -24 });
    await check(single("softplus", ["f32"], 8), [x], { absolute: 2 ** -21, relative: ULP });
    await check(single("erf", ["f32"], 8), [x], { absolute: 16 * 2 ** -24 });
    await check(single("geluGrad", ["f32", "f32"], 8), [x, x.map(() => 1)], { absolute: 16 * 2 ** -24 });
    const itself = { absolute: 2 ** -100, relative: ULP }; // x or 0, but for a number too small to see
    for (const op of ["geluTanh", "mish", "hardSwish"] as const) await check(single(op, ["f32"], 8), [x], itself);
    await check(single("softsign", ["f32"], 8), [x], { absolute: 0, relative: 3.5 * ULP });
    for (const op of ["elu", "swish"] as const) {
      await check(single(op, ["f32", "f32"], 8), [x, x.map(() => 1)], itself);
    }
    for (const op of ["geluTanhGrad", "mishGrad", "hardSwishGrad"] as const) {
      await check(single(op, ["f32", "f32"], 8), [x, x.map(() => 1)], itself);
    }
    for (const op of ["eluGrad", "swishGrad"] as const) {
      await check(single(op, ["f32", "f32", "f32"], 8), [x, x.map(() => 1), x.map(() => 1)], itself);
    }
  });

  test("isFinite sees infinities and NaN", async () => {
    const x = [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38];
    await check(single("isFinite", ["f32"], 5), [x], EXACT);
  });
});

describe("broadcast inputs equal the reference", () => {
  const shapes: [shape: number[], a: number[], b: number[], why: string][] = [
    [[1], [1], [1], "smallest"],
    [[], [], [], "scalars"],
    [[1023], [1023], [1], "one less than a workgroup holds"],
    [[1025], [1], [1025], "one more"],
    [[3, 67], [3, 67], [67], "a bias"],
    [[67, 3], [67, 3], [67, 1], "a number per row"],
    [[5, 7, 9], [5, 1, 9], [7, 1], "two of three axes each"],
    [[2, 3, 4, 5], [2, 1, 4, 1], [3, 1, 5], "axes in turn, no two merge"],
    [[2, 3, 2, 3, 2, 3], [3, 1, 3, 1, 3], [2, 1, 2, 1, 2, 1], "rank 6"],
    [[300, 513], [300, 513], [513], "large"],
    [[4, 0, 3], [4, 0, 3], [3], "empty"],
  ];
  test.each(shapes)("%j of %j and %j: %s", async (shape, a, b) => {
    const program: ElementwiseProgram = {
      shape,
      inputs: [
        { dtype: "f32", shape: a },
        { dtype: "f32", shape: b },
      ],
      scalars: ["f32"],
      instructions: [
        { op: "mul", args: [0, 2] },
        { op: "max", args: [3, 1] },
        { op: "greater", args: [0, 1] },
      ],
      outputs: [4, 5],
    };
    await check(program, [normal(a, { seed: 1 }).data, normal(b, { seed: 2 }).data], EXACT, [0.37109375]);
  });

  test("integer scalars and casts in one chain", async () => {
    const program: ElementwiseProgram = {
      shape: [4, 33],
      inputs: [
        { dtype: "u32", shape: [33] },
        { dtype: "bool", shape: [4, 1] },
      ],
      scalars: ["i32", "u32"],
      instructions: [
        { op: "toI32", args: [0] },
        { op: "add", args: [4, 2] },
        { op: "toI32", args: [3] },
        { op: "where", args: [1, 5, 6] },
        { op: "toF32", args: [7] },
      ],
      outputs: [7, 8],
    };
    await check(program, [integers([33], { seed: 4, high: 9 }).data, [1, 0, 0, 1]], EXACT, [-5, 3]);
  });
});

test("every operation is tested on the device", () => {
  const tested = new Set<ElementwiseOp>(FLOAT_OPS.map(([op]) => op));
  for (const op of ["not", "toF32", "toU32", "equal", "notEqual", "lessEqual", "greater", "and", "or"] as const)
    tested.add(op);
  const missing = Object.keys(OP_TYPES).filter((op) => !tested.has(op as ElementwiseOp));
  expect(missing).toEqual([]);
});
