import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, type Specialisation, specialise } from "../core";
import { type ElementwiseProgram, elementwiseKernel } from "./elementwise";
import { elementwiseReference, sourceIndex } from "./elementwise.reference";
import { broadcastPattern, broadcastShapes } from "./shapes";

const f32 = (...shape: number[]) => ({ dtype: "f32" as const, shape });

function specialised(program: ElementwiseProgram): Specialisation {
  const { kernel, dims } = elementwiseKernel(program);
  return specialise(kernel, { dims, bindings: Object.keys(kernel.bindings) }, DEFAULT_LIMITS);
}

const mulAddTanh = (B: number, T: number, H: number): ElementwiseProgram => ({
  shape: [B, T, H],
  inputs: [f32(B, T, H), f32(H), f32(B, 1, H)],
  scalars: ["f32"],
  instructions: [
    { op: "mul", args: [0, 3] },
    { op: "add", args: [4, 1] },
    { op: "add", args: [5, 2] },
    { op: "tanh", args: [6] },
  ],
  outputs: [7],
});

describe("broadcasting", () => {
  test("shapes", () => {
    expect(broadcastShapes([3, 1, 5], [4, 1])).toEqual([3, 4, 5]);
    expect(broadcastShapes([], [2, 0])).toEqual([2, 0]);
    expect(broadcastShapes([1], [0])).toEqual([0]);
    expect(() => broadcastShapes([2, 3], [2, 4], "add")).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: the second shape should be one that broadcasts with [2, 3] but is [2, 4]. Extents 3 and 4 meet on the last axis; they must be equal, or one of them 1.]`,
    );
    expect(() => broadcastShapes([2, 3], [4, 1, 3], "add")).not.toThrow();
    expect(() => broadcastShapes([2, 3], [4, 3], "add")).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: add: the second shape should be one that broadcasts with [2, 3] but is [4, 3]. Extents 2 and 4 meet 2 axes from the end; they must be equal, or one of them 1.]`,
    );
  });

  test("axes that all arrays treat alike merge", () => {
    const pattern = broadcastPattern([2, 3, 4, 5], [[2, 3, 4, 5], [4, 5], [2, 3, 1, 1], []], "here");
    expect(pattern.extents).toEqual([6, 20]);
    expect(pattern.has).toEqual([
      [true, true],
      [false, true],
      [true, false],
      [false, false],
    ]);
    expect(broadcastPattern([2, 3, 4], [[2, 3, 4]], "here").extents).toEqual([24]);
    expect(broadcastPattern([1, 1], [[]], "here")).toEqual({ extents: [1], has: [[true]] });
  });

  test("the reference reads the element that the rule names", () => {
    // [2, 3, 4] from [3, 1]: element (i, j, k) comes from j
    expect(Array.from({ length: 24 }, (_, n) => sourceIndex(n, [2, 3, 4], [3, 1]))).toEqual(
      Array.from({ length: 24 }, (_, n) => Math.floor(n / 4) % 3),
    );
    const [sum] = elementwiseReference(
      {
        shape: [2, 2],
        inputs: [f32(2, 1), f32(2)],
        scalars: [],
        instructions: [{ op: "add", args: [0, 1] }],
        outputs: [2],
      },
      [
        [10, 20],
        [1, 2],
      ],
    );
    expect([...(sum ?? [])]).toEqual([11, 12, 21, 22]);
  });
});

describe("the generated kernel", () => {
  test("is the same code for every batch size, length and width", () => {
    const one = specialised(mulAddTanh(2, 7, 16));
    const two = specialised(mulAddTanh(64, 10, 128));
    expect(two.code).toBe(one.code);
    expect(two.dims).toEqual({ E0: 64, E1: 10, E2: 128 });
    expect(two.plan.grid).toEqual([80, 1, 1]); // 1,024 elements a workgroup
  });

  test("is one load per input, one line per instruction, one store per output", () => {
    expect(
      specialised(mulAddTanh(2, 3, 4))
        .code.split("\n")
        .slice(-20)
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "      let first = (group.x + group.y * 65535u) * 1024u + lane;
            let count = dims.E0 * dims.E1 * dims.E2;
            for (var j = 0u; j < 4u; j++) {
              let n = first + j * 256u;
              if (n < count) {
                let n2 = n / dims.E2;
                let c2 = n - n2 * dims.E2;
                let c0 = n2 / dims.E1;
                let c1 = n2 - c0 * dims.E1;
                let v0 = in0[n];
                let v1 = in1[c2];
                let v2 = in2[(c0) * dims.E2 + c2];
                let v4 = (v0 * dims.s0);
                let v5 = (v4 + v1);
                let v6 = (v5 + v2);
                let v7 = tanhSafe(v6);
                out0[n] = v7;
              }
            }
          }"
    `);
  });

  test("has no index arithmetic where nothing is repeated", () => {
    const { code } = specialised({
      shape: [6, 5],
      inputs: [f32(6, 5), f32(1, 1)],
      scalars: [],
      instructions: [{ op: "add", args: [0, 1] }],
      outputs: [2],
    });
    expect(code).toContain("in0[n]");
    expect(code).toContain("in1[0u]");
    expect(code).not.toContain("/");
  });

  test("is named after its operations, in at most 64 letters", () => {
    expect(elementwiseKernel(mulAddTanh(1, 1, 1)).kernel.name).toBe("elementwise_mul_add_add_tanh");
    const long = {
      ...mulAddTanh(1, 1, 1),
      instructions: Array(30).fill({ op: "leakyRelu", args: [0, 1] }),
      outputs: [20],
    };
    const { name } = elementwiseKernel(long).kernel;
    expect(name).toHaveLength(64);
    expect(name).toMatch(/^elementwise_leaky_relu_leaky_relu_.*_etc$/);
  });

  test("states its cost", () => {
    const { kernel, dims } = elementwiseKernel(mulAddTanh(2, 3, 4));
    // reads 24 + 4 + 8 words and writes 24; four operations on each of 24 elements
    expect(kernel.cost(dims, {})).toEqual({ flops: 96, bytes: 240 });
  });

  test("folds a grid that is too wide for one axis", () => {
    const n = 1024 * 65536;
    const { plan } = specialised({ shape: [n / 2], inputs: [], scalars: ["f32"], instructions: [], outputs: [0] });
    expect(plan.grid).toEqual([32768, 1, 1]);
    const limits = { ...DEFAULT_LIMITS, maxComputeWorkgroupsPerDimension: 7 };
    const { kernel, dims } = elementwiseKernel({
      shape: [10_000],
      inputs: [],
      scalars: ["f32"],
      instructions: [],
      outputs: [0],
    });
    const narrow = specialise(kernel, { dims, bindings: ["out0"] }, limits);
    expect(narrow.plan.grid).toEqual([7, 2, 1]);
    expect(narrow.code).toContain("group.y * 7u");
  });

  test("refuses what it cannot compute", () => {
    const base = mulAddTanh(2, 3, 4);
    expect(() =>
      elementwiseKernel({ ...base, inputs: [f32(2, 3, 4), f32(5), f32(4)] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: elementwise_mul_add_add_tanh: input 1 should be a shape that broadcasts to [2, 3, 4] but is [5].]`,
    );
    expect(() => elementwiseKernel({ ...base, outputs: [8] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: elementwise_mul_add_add_tanh: a value of the outputs should be the id of an earlier value, 0 to 7 but is 8.]`,
    );
    expect(() =>
      elementwiseKernel({ ...base, instructions: [{ op: "add", args: [0, 4] }], outputs: [4] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: elementwise_add: a value of instruction 0 (add) should be the id of an earlier value, 0 to 3 but is 4.]`,
    );
    expect(() =>
      elementwiseKernel({ ...base, scalars: ["i32"], instructions: [{ op: "mul", args: [0, 3] }], outputs: [4] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: mul: argument 1 should be f32 as argument 0 is but is i32. Cast one of them first.]`,
    );
  });
});
