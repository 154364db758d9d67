import { describe, expect, test } from "vitest";
import {
  type AnyKernel,
  type Binding,
  defineKernel,
  type ElementType,
  extents,
  optional,
  perCall,
  perModel,
  read,
  update,
  WORDS,
  write,
} from "./define-kernel";
import { DEFAULT_LIMITS } from "./limits";
import { flatPlan, type Plan } from "./plan";
import { specialise } from "./specialise";
import { wgsl } from "./wgsl";

/** y = gain·σ(x) + bias, adding to what y held if asked to. */
const gate = defineKernel({
  name: "gate",
  dims: { B: perCall("batch rows"), H: perModel("hidden units") },
  options: { squash: true },
  scalars: { gain: "f32", seed: "u32" },
  bindings: { x: read("f32", "B H"), bias: optional(read("f32", "H")), y: update("f32", "B H") },
  plan: ({ B, H }, limits) => flatPlan(B * H, limits),
  cost: ({ B, H }) => ({ flops: 4 * B * H, bytes: 12 * B * H }),
  wgsl: (plan, { options, has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * H) { return; }
      y[n] += dims.gain * ${options.squash ? "sigmoid(x[n])" : "x[n]"}${has.bias ? " + bias[n % H]" : ""};
    }`,
});

const call = { dims: { B: 2, H: 3 }, bindings: ["x", "y"] };

/** A kernel of these bindings and this plan that is never compiled. */
function bare(bindings: Record<string, Binding>, plan: Plan = { workgroupSize: 64, grid: [1, 1, 1] }): AnyKernel {
  return defineKernel({
    name: "bare",
    dims: { n: perCall("elements") },
    bindings,
    plan: () => plan,
    cost: () => ({ flops: 0, bytes: 0 }),
    wgsl: () => "fn main() {}",
  });
}

describe("the generated WGSL", () => {
  test("holds declarations, constants, library and kernel", () => {
    const spec = specialise(gate, { ...call, bindings: ["bias", "y", "x"] }, DEFAULT_LIMITS);
    expect(spec.code).toMatchInlineSnapshot(`
      "struct Dims { B: u32, gain: f32, seed: u32 }
      @group(0) @binding(0) var<uniform> dims: Dims;
      @group(0) @binding(1) var<storage, read> x: array<f32>;
      @group(0) @binding(2) var<storage, read> bias: array<f32>;
      @group(0) @binding(3) var<storage, read_write> y: array<f32>;
      const H: u32 = 3u;
      fn sigmoid(x: f32) -> f32 {
        let e = exp(-min(abs(x), 87.0));
        return select(e, 1.0, x >= 0.0) / (1.0 + e);
      }

          @compute @workgroup_size(64)
          fn main(@builtin(global_invocation_id) id: vec3u) {
            let n = id.x + id.y * 4194240u;
            if (n >= dims.B * H) { return; }
            y[n] += dims.gain * sigmoid(x[n]) + bias[n % H];
          }"
    `);
    expect([...spec.uniform]).toEqual([
      ["B", 0],
      ["gain", 1],
      ["seed", 2],
    ]);
    expect(spec.bindings.map(({ name, words }) => [name, words])).toEqual([
      ["x", 6],
      ["bias", 3],
      ["y", 6],
    ]);
    expect(spec.repeat).toBe(1);
  });

  test("without an optional binding does not know it", () => {
    const { code } = specialise(gate, call, DEFAULT_LIMITS);
    expect(code).not.toContain("bias");
    expect(code).toContain("@group(0) @binding(2) var<storage, read_write> y");
  });

  test("is the same for another batch size, and another for another model size", () => {
    const code = (dims: { B: number; H: number }) => specialise(gate, { ...call, dims }, DEFAULT_LIMITS).code;
    expect(code({ B: 70_000, H: 3 })).toBe(code({ B: 2, H: 3 }));
    expect(code({ B: 2, H: 4 })).not.toBe(code({ B: 2, H: 3 }));
  });

  test("takes options over their defaults", () => {
    expect(specialise(gate, call, DEFAULT_LIMITS).options).toEqual({ squash: true });
    const plain = specialise(gate, { ...call, options: { squash: false } }, DEFAULT_LIMITS);
    expect(plain.code).not.toContain("sigmoid");
    expect(plain.options).toEqual({ squash: false });
  });

  test("has a uniform even where nothing is told", () => {
    const constant = defineKernel({
      name: "constant",
      dims: { H: perModel("units") },
      bindings: { y: write("f32", "H") },
      plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] }),
      cost: () => ({ flops: 0, bytes: 0 }),
      wgsl: () => "fn main() {}",
    });
    const { code } = specialise(constant, { dims: { H: 5 }, bindings: ["y"] }, DEFAULT_LIMITS);
    expect(code.split("\n")[0]).toBe("struct Dims { unused: u32 }");
  });

  test("of a repeated kernel reads its step, and how many there are, after the sizes", () => {
    const scan = defineKernel({ ...gate, name: "scan", repeat: ({ B = 0 }) => B });
    const spec = specialise(scan, call, DEFAULT_LIMITS);
    expect([...spec.uniform.keys()]).toEqual(["B", "step", "repeats", "gain", "seed"]);
    expect(spec.code).toContain("struct Dims { B: u32, step: u32, repeats: u32, gain: f32, seed: u32 }");
    expect(spec.repeat).toBe(2);
  });
});

describe("shapes", () => {
  test("are dims and numbers, or a function of dims and options", () => {
    expect(extents(read("f32", "B 4 H"), { B: 2, H: 3 }, {})).toEqual([2, 4, 3]);
    expect(extents(read("f32", ""), {}, {})).toEqual([]);
    const strided = read("f32", ({ n = 0 }, { twice }) => [twice ? 2 * n : n]);
    expect(extents(strided, { n: 5 }, { twice: true })).toEqual([10]);
  });

  test("count words of their element type", () => {
    const types = Object.keys(WORDS) as ElementType[];
    const kernel = bare(Object.fromEntries(types.map((type) => [type, read(type, "n 3")])));
    const limits = { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: types.length };
    const { bindings } = specialise(kernel, { dims: { n: 2 }, bindings: types }, limits);
    expect(Object.fromEntries(bindings.map(({ name, words }) => [name, words]))).toEqual({
      f32: 6,
      i32: 6,
      u32: 6,
      vec2f: 12,
      vec4f: 24,
      vec2u: 12,
      vec4u: 24,
      f16: 3,
      vec2h: 6,
      vec4h: 12,
    });
    const odd = specialise(bare({ x: read("f16", "n 3") }), { dims: { n: 1 }, bindings: ["x"] }, DEFAULT_LIMITS);
    expect(odd.bindings[0]?.words).toBe(2); // three halves lie in two words
  });

  test("may hold elements of a type that the options name, and the code asks for the feature that the type needs", () => {
    const kernel = defineKernel({
      ...bare({}),
      options: { half: false },
      bindings: { x: read(({ half }) => (half ? "f16" : "f32"), "n") },
    });
    const of = (half: boolean) =>
      specialise(kernel, { dims: { n: 4 }, options: { half }, bindings: ["x"] }, DEFAULT_LIMITS);
    expect(of(false).features).toEqual([]);
    expect(of(true).features).toEqual(["shader-f16"]);
    expect(of(true).code.split("\n")[0]).toBe("enable f16;");
    expect([of(false).bindings[0]?.words, of(true).bindings[0]?.words]).toEqual([4, 2]);
  });

  test("of unknown dims are refused", () => {
    expect(() =>
      specialise(bare({ x: read("f32", "n m") }), { dims: { n: 1 }, bindings: ["x"] }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: extents: "m" in the shape "n m" should be a number or one of the dims n but is neither.]`,
    );
  });
});

describe("bad dims", () => {
  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32])("%d is refused", (B) => {
    expect(() => specialise(gate, { ...call, dims: { B, H: 3 } }, DEFAULT_LIMITS)).toThrow(
      `gate: dim B (batch rows) should be a whole number from 0 to 2^32 - 1 but is ${B}.`,
    );
  });

  test("a missing one is refused", () => {
    expect(() => specialise(gate, { ...call, dims: { B: 2 } }, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gate: dim H (hidden units) should be a whole number from 0 to 2^32 - 1 but is undefined.]`,
    );
  });

  test("0 is none: it makes an empty grid", () => {
    expect(specialise(gate, { ...call, dims: { B: 0, H: 3 } }, DEFAULT_LIMITS).plan.grid).toEqual([0, 1, 1]);
  });
});

test("a kernel's own check sees dims, options with defaults, and limits", () => {
  const seen: unknown[] = [];
  const checked = defineKernel({ ...gate, name: "checked", check: (...facts: unknown[]) => seen.push(...facts) });
  specialise(checked, call, DEFAULT_LIMITS);
  expect(seen).toEqual([{ B: 2, H: 3 }, { squash: true }, DEFAULT_LIMITS]);
});

describe("bindings", () => {
  test("that the kernel does not have are refused", () => {
    expect(() =>
      specialise(gate, { ...call, bindings: ["x", "y", "z"] }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: gate: binding "z" should be one of x, bias, y but is not one of them.]`,
    );
  });

  test("that are missing are refused", () => {
    expect(() => specialise(gate, { ...call, bindings: ["y"] }, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: gate: binding "x" should be given but is missing.]`,
    );
  });

  test("named like a method of every object are unknown too", () => {
    expect(() => specialise(gate, { ...call, bindings: ["x", "y", "toString"] }, DEFAULT_LIMITS)).toThrow(
      'binding "toString"',
    );
  });
});

describe("what this device cannot run", () => {
  test("more storage buffers than it has", () => {
    const bindings = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`x${i}`, read("f32", "n")]));
    const names = Object.keys(bindings);
    expect(() =>
      specialise(bare(bindings), { dims: { n: 1 }, bindings: names }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: bare: storage buffers should be at most 8 on this device but is 9.]`,
    );
    const some = Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, optional(binding)]));
    const { bindings: used } = specialise(bare(some), { dims: { n: 1 }, bindings: names.slice(1) }, DEFAULT_LIMITS);
    expect(used).toHaveLength(8);
  });

  test("an array larger than a binding", () => {
    const kernel = bare({ x: read("vec4f", "n") });
    const most = DEFAULT_LIMITS.maxStorageBufferBindingSize / 16;
    expect(specialise(kernel, { dims: { n: most }, bindings: ["x"] }, DEFAULT_LIMITS).bindings).toHaveLength(1);
    expect(() =>
      specialise(kernel, { dims: { n: most + 1 }, bindings: ["x"] }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: bare: the array "x" should be at most 134217728 bytes on this device but is 134217744 bytes. Use a smaller batch or fewer steps, or a device with a larger maxStorageBufferBindingSize.]`,
    );
  });

  const planned = (plan: Plan) => () =>
    specialise(bare({ x: read("f32", "n") }, plan), { dims: { n: 1 }, bindings: ["x"] }, DEFAULT_LIMITS);

  test("too many invocations in a workgroup", () => {
    expect(planned({ workgroupSize: [16, 16, 1], grid: [1, 1, 1] })).not.toThrow();
    expect(planned({ workgroupSize: [16, 16, 2], grid: [1, 1, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: bare: a workgroup should be at most 256 invocations on this device but is 512.]`,
    );
  });

  test("a workgroup too long", () => {
    const limits = { ...DEFAULT_LIMITS, maxComputeInvocationsPerWorkgroup: 1024 };
    const kernel = bare({ x: read("f32", "n") }, { workgroupSize: 512, grid: [1, 1, 1] });
    expect(() => specialise(kernel, { dims: { n: 1 }, bindings: ["x"] }, limits)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: bare: a workgroup should be at most 256 invocations along x on this device but is 512.]`,
    );
  });

  test("a grid too wide", () => {
    expect(planned({ workgroupSize: 1, grid: [65535, 65535, 65535] })).not.toThrow();
    expect(planned({ workgroupSize: 1, grid: [1, 65536, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: bare: the grid should be at most 65535 workgroups an axis on this device but is 1 x 65536 x 1. Split the batch.]`,
    );
  });
});
