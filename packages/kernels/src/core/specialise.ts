import type { AnyKernel, Binding, DimValues, ElementType } from "./define-kernel";
import { elementType, extents, WORDS } from "./define-kernel";
import { DeviceLimitError, ShapeError, ValueError } from "./errors";
import type { Limits } from "./limits";
import { type Plan, workgroupShape } from "./plan";
import { type Converted, convertAccesses, storedType } from "./storage";
import { libraryFor } from "./wgsl";

/** What one call of a kernel asks for, before buffers are chosen. */
export interface CallFacts {
  readonly dims: DimValues;
  readonly options?: object;
  /** Names of the bindings given. */
  readonly bindings: readonly string[];
}

/** A kernel made ready for given dims and options: its code, its grid, its uniform's layout. No GPU is involved yet. */
export interface Specialisation {
  readonly kernel: AnyKernel;
  readonly dims: DimValues;
  readonly options: object;
  readonly plan: Plan;
  /** Complete WGSL. Equal code means an equal pipeline. */
  readonly code: string;
  /** The bindings in use, in the order of their numbers from 1 on; 0 is the uniform. */
  readonly bindings: readonly {
    readonly name: string;
    readonly binding: Binding;
    readonly type: ElementType;
    readonly words: number;
  }[];
  /** Dispatches of one call. */
  readonly repeat: number;
  /** Features that the code needs of the device. */
  readonly features: readonly GPUFeatureName[];
  /** Word offset of each number in the uniform block. */
  readonly uniform: ReadonlyMap<string, number>;
}

/** Checks a call against its kernel and this device's limits, plans it, and writes its WGSL. */
export function specialise(kernel: AnyKernel, call: CallFacts, limits: Limits): Specialisation {
  const options = { ...kernel.options, ...call.options };
  const dims = checkDims(kernel, call.dims);
  const given = new Set(call.bindings);
  checkNames(kernel, given);
  kernel.check?.(dims, options, limits);

  const converted = new Map<string, Converted>();
  const bindings = Object.entries(kernel.bindings)
    .filter(([name]) => given.has(name))
    .map(([name, binding]) => {
      const own = elementType(binding, options);
      const type = storedType(kernel.name, name, own, options);
      if (type !== own) converted.set(name, { type: own, stored: type });
      const elements = extents(binding, dims, options).reduce((a, b) => a * b, 1);
      return { name, binding, type, words: Math.ceil(elements * WORDS[type]) };
    });
  checkLimits(kernel, bindings, limits);

  const plan = kernel.plan(dims, limits, options);
  checkPlan(kernel, plan, limits);
  const repeat = kernel.repeat?.(dims, options, limits) ?? 1;
  const uniform = uniformLayout(kernel);
  const has = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, given.has(name)]));
  const body = convertAccesses(kernel.wgsl(plan, { dims, options, has }), converted);
  const text = [declarations(kernel, dims, bindings), libraryFor(body), body].filter(Boolean).join("\n");
  const features = featuresOf(text);
  const code = [...features.map((feature) => `enable ${EXTENSIONS[feature]};`), text].join("\n");
  return { kernel, dims, options, plan, code, bindings, repeat, features, uniform };
}

/** WGSL's name of each feature whose code must say so, and how that code is known. */
const EXTENSIONS = { "shader-f16": "f16", subgroups: "subgroups" } as const;
const MARKS = { "shader-f16": /\b(f16|vec[234]h)\b/, subgroups: /\bsubgroup[A-Z_]/ } as const;

function featuresOf(code: string): (keyof typeof EXTENSIONS)[] {
  return (["shader-f16", "subgroups"] as const).filter((feature) => MARKS[feature].test(code));
}

function checkDims(kernel: AnyKernel, dims: DimValues): DimValues {
  for (const [name, { doc }] of Object.entries(kernel.dims)) {
    const value = dims[name];
    if (value === undefined || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new ShapeError({
        where: kernel.name,
        what: `dim ${name} (${doc})`,
        expected: "a whole number from 0 to 2^32 - 1",
        received: String(value),
      });
    }
  }
  return dims;
}

function checkNames(kernel: AnyKernel, given: ReadonlySet<string>): void {
  for (const name of given) {
    if (!Object.hasOwn(kernel.bindings, name)) {
      throw new ValueError({
        where: kernel.name,
        what: `binding "${name}"`,
        expected: `one of ${Object.keys(kernel.bindings).join(", ")}`,
        received: "not one of them",
      });
    }
  }
  for (const [name, { optional }] of Object.entries(kernel.bindings)) {
    if (!optional && !given.has(name)) {
      throw new ValueError({ where: kernel.name, what: `binding "${name}"`, expected: "given", received: "missing" });
    }
  }
}

function checkLimits(kernel: AnyKernel, bindings: Specialisation["bindings"], limits: Limits): void {
  if (bindings.length > limits.maxStorageBuffersPerShaderStage) {
    throw new DeviceLimitError({
      where: kernel.name,
      what: "storage buffers",
      expected: `at most ${limits.maxStorageBuffersPerShaderStage} on this device`,
      received: `${bindings.length}`,
    });
  }
  for (const { name, words } of bindings) {
    if (words * 4 > limits.maxStorageBufferBindingSize) {
      throw new DeviceLimitError({
        where: kernel.name,
        what: `the array "${name}"`,
        expected: `at most ${limits.maxStorageBufferBindingSize} bytes on this device`,
        received: `${words * 4} bytes`,
        remedy: "Use a smaller batch or fewer steps, or a device with a larger maxStorageBufferBindingSize.",
      });
    }
  }
}

function checkPlan(kernel: AnyKernel, plan: Plan, limits: Limits): void {
  const shape = workgroupShape(plan);
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > limits.maxComputeInvocationsPerWorkgroup) {
    throw new DeviceLimitError({
      where: kernel.name,
      what: "a workgroup",
      expected: `at most ${limits.maxComputeInvocationsPerWorkgroup} invocations on this device`,
      received: `${size}`,
    });
  }
  if (shape[0] > limits.maxComputeWorkgroupSizeX) {
    throw new DeviceLimitError({
      where: kernel.name,
      what: "a workgroup",
      expected: `at most ${limits.maxComputeWorkgroupSizeX} invocations along x on this device`,
      received: `${shape[0]}`,
    });
  }
  const widest = Math.max(...plan.grid);
  if (widest > limits.maxComputeWorkgroupsPerDimension) {
    throw new DeviceLimitError({
      where: kernel.name,
      what: "the grid",
      expected: `at most ${limits.maxComputeWorkgroupsPerDimension} workgroups an axis on this device`,
      received: plan.grid.join(" x "),
      remedy: "Split the batch.",
    });
  }
}

/** perCall dims, then `step` and `repeats` for a repeated kernel, then scalars: one 4-byte word each. */
function uniformLayout(kernel: AnyKernel): ReadonlyMap<string, number> {
  const names = uniformFields(kernel).map(([name]) => name);
  return new Map(names.map((name, word) => [name, word]));
}

function uniformFields(kernel: AnyKernel): [name: string, type: string][] {
  const dims = Object.entries(kernel.dims)
    .filter(([, dim]) => dim.kind === "perCall")
    .map(([name]): [string, string] => [name, "u32"]);
  const steps = kernel.repeat ? ["step", "repeats"] : [];
  return [...dims, ...steps.map((name): [string, string] => [name, "u32"]), ...Object.entries(kernel.scalars ?? {})];
}

function declarations(kernel: AnyKernel, dims: DimValues, bindings: Specialisation["bindings"]): string {
  const fields = uniformFields(kernel).map(([name, type]) => `${name}: ${type}`);
  const constants = Object.entries(kernel.dims)
    .filter(([, dim]) => dim.kind === "perModel")
    .map(([name]) => `const ${name}: u32 = ${dims[name]}u;`);
  const arrays = bindings.map(({ name, binding, type }, index) => {
    const access = binding.access === "read" ? "read" : "read_write";
    return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${type}>;`;
  });
  return [
    `struct Dims { ${fields.length > 0 ? fields.join(", ") : "unused: u32"} }`,
    "@group(0) @binding(0) var<uniform> dims: Dims;",
    ...arrays,
    ...constants,
  ].join("\n");
}
