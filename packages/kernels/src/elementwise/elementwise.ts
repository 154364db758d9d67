import {
  type AnyKernel,
  type Binding,
  type Dim,
  type DimValues,
  defineKernel,
  foldGrid,
  perCall,
  read,
  type ScalarType,
  ValueError,
  wgsl,
  write,
} from "../core";
import { type DType, storageType } from "./dtype";
import { opCode } from "./op-code";
import { type ElementwiseOp, resultType } from "./op-types";
import { type BroadcastPattern, broadcastPattern } from "./shapes";

/** A chain of elementwise operations, to be one kernel. */
export interface ElementwiseProgram {
  /** The shape that all inputs are broadcast to and all outputs have. */
  readonly shape: readonly number[];
  readonly inputs: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  /** Numbers that change from run to run: the kernel's scalars s0, s1, … */
  readonly scalars: readonly ScalarType[];
  /** Arguments are ids of values: inputs first, then scalars, then instructions, each in order. */
  readonly instructions: readonly {
    readonly op: ElementwiseOp;
    readonly args: readonly number[];
    /** Whether the value, an f32, is rounded to the nearest half: then it is the same number as if it had been stored so. */
    readonly half?: boolean;
  }[];
  /** Ids of the values to write, to out0, out1, … */
  readonly outputs: readonly number[];
}

const WORKGROUP = 256;
/** Elements of one invocation, a workgroup apart, so that neighbours read neighbouring words. */
const PER_INVOCATION = 4;
const LONGEST_NAME = 64;

/**
 * `nearestHalf(x)`. Compilers drop a conversion to f16 and back as if it rounded nothing, and `quantizeToF16` has no
 * subnormal halves; so the bits pass through an operation with a number that is 0 for any extent below 2^31, which
 * compilers cannot know.
 */
const NEAREST_HALF = `
    fn nearestHalf(x: f32) -> f32 {
      let bits = bitcast<u32>(vec2h(f16(x), 0.0h));
      return f32(bitcast<vec2h>(bits ^ (dims.E0 >> 31u)).x);
    }`;

/**
 * Generates the kernel of a chain of elementwise operations: one load per input, one line per instruction, one store
 * per output. Its code depends on the operations and on which inputs are repeated along which axes, never on an
 * extent: those are its perCall dims E0, E1, …, after neighbouring axes that all inputs treat alike were merged.
 * Bindings are in0, in1, … and out0, out1, …; scalars s0, s1, ….
 *
 * @throws ShapeError if an input does not broadcast to the program's shape
 * @throws DTypeError if an operation does not take its arguments' dtypes
 * @throws ValueError if an id names no earlier value
 */
export function elementwiseKernel(program: ElementwiseProgram): { kernel: AnyKernel; dims: DimValues } {
  const name = kernelName(program);
  const dtypes = valueTypes(program, name);
  const shapes = program.inputs.map(({ shape }) => shape);
  const pattern = broadcastPattern(program.shape, shapes, name);
  const dims = Object.fromEntries(pattern.extents.map((extent, axis) => [`E${axis}`, extent]));
  const body = kernelBody(program, dtypes, pattern);
  const elements = (values: DimValues): number => Object.values(values).reduce((a, b) => a * b, 1);

  const kernel = defineKernel({
    name,
    dims: Object.fromEntries(
      pattern.extents.map((_, axis): [string, Dim] => [`E${axis}`, perCall(`extent of merged axis ${axis}`)]),
    ),
    scalars: Object.fromEntries(program.scalars.map((type, index) => [`s${index}`, type])),
    bindings: bindings(program, dtypes, pattern),
    plan: (values, limits) => ({
      workgroupSize: WORKGROUP,
      ...foldGrid(Math.ceil(elements(values) / (WORKGROUP * PER_INVOCATION)), limits),
      widest: limits.maxComputeWorkgroupsPerDimension,
    }),
    cost: (values) => {
      const read = pattern.has.map((has) => ownExtents(has, values).reduce((a, b) => a * b, 1));
      const words = read.reduce((a, b) => a + b, 0) + program.outputs.length * elements(values);
      return { flops: program.instructions.length * elements(values), bytes: 4 * words };
    },
    wgsl: ({ widest }) => wgsl`
    ${program.instructions.some(({ half }) => half) ? NEAREST_HALF : ""}
    @compute @workgroup_size(${WORKGROUP})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let first = (group.x + group.y * ${widest}u) * ${WORKGROUP * PER_INVOCATION}u + lane;
      let count = ${pattern.extents.map((_, axis) => `dims.E${axis}`).join(" * ")};
      for (var j = 0u; j < ${PER_INVOCATION}u; j++) {
        let n = first + j * ${WORKGROUP}u;
        if (n < count) {
${body.map((line) => `          ${line}`).join("\n")}
        }
      }
    }`,
  });
  return { kernel, dims };
}

/** The dtype of every value: inputs, scalars, instructions. */
function valueTypes({ inputs, scalars, instructions, outputs }: ElementwiseProgram, where: string): DType[] {
  const dtypes: DType[] = [...inputs.map(({ dtype }) => dtype), ...scalars];
  const at = (id: number, user: string): DType => {
    const dtype = dtypes[id];
    if (dtype === undefined) {
      throw new ValueError({
        where,
        what: `a value of ${user}`,
        expected: `the id of an earlier value, 0 to ${dtypes.length - 1}`,
        received: String(id),
      });
    }
    return dtype;
  };
  for (const [index, { op, args }] of instructions.entries()) {
    const types = args.map((id) => at(id, `instruction ${index} (${op})`));
    dtypes.push(resultType(op, types));
  }
  for (const id of outputs) at(id, "the outputs");
  return dtypes;
}

function bindings(
  { inputs, outputs }: ElementwiseProgram,
  dtypes: readonly DType[],
  { has }: BroadcastPattern,
): Record<string, Binding> {
  const reads = inputs.map(({ dtype }, index): [string, Binding] => [
    `in${index}`,
    read(storageType(dtype), (dims) => ownExtents(has[index] ?? [], dims)),
  ]);
  const writes = outputs.map((id, index): [string, Binding] => [
    `out${index}`,
    write(storageType(dtypes[id] ?? "f32"), (dims) => Object.values(dims)),
  ]);
  return Object.fromEntries([...reads, ...writes]);
}

const ownExtents = (has: readonly boolean[], dims: DimValues): number[] =>
  has.flatMap((own, axis) => (own ? [dims[`E${axis}`] ?? 1] : []));

function kernelBody(
  { inputs, scalars, instructions, outputs }: ElementwiseProgram,
  dtypes: readonly DType[],
  { extents, has }: BroadcastPattern,
): string[] {
  const rank = extents.length;
  const lines: string[] = [];
  if (!has.every((own) => own.every(Boolean) || !own.some(Boolean))) lines.push(...coordinates(rank));
  for (const [index, { dtype }] of inputs.entries()) {
    const word = `in${index}[${inputIndex(has[index] ?? [])}]`;
    lines.push(`let v${index} = ${dtype === "bool" ? `${word} != 0u` : word};`);
  }
  const names = dtypes.map((_, id) => {
    const scalar = id - inputs.length;
    return scalar >= 0 && scalar < scalars.length ? `dims.s${scalar}` : `v${id}`;
  });
  for (const [index, { op, args, half }] of instructions.entries()) {
    const id = inputs.length + scalars.length + index;
    const code = opCode(
      op,
      args.map((arg) => names[arg] ?? ""),
    );
    lines.push(`let ${names[id]} = ${half ? `nearestHalf(${code})` : code};`);
  }
  for (const [index, id] of outputs.entries()) {
    lines.push(`out${index}[n] = ${dtypes[id] === "bool" ? `select(0u, 1u, ${names[id]})` : names[id]};`);
  }
  return lines;
}

/** c0, c1, …: the place of element n on each merged axis. */
function coordinates(rank: number): string[] {
  const lines: string[] = [];
  let rest = "n";
  for (let axis = rank - 1; axis > 0; axis--) {
    const next = axis === 1 ? "c0" : `n${axis}`;
    lines.push(`let ${next} = ${rest} / dims.E${axis};`, `let c${axis} = ${rest} - ${next} * dims.E${axis};`);
    rest = next;
  }
  return lines;
}

/** Where an input's element for n lies: its own axes are contiguous, row-major. */
function inputIndex(has: readonly boolean[]): string {
  if (has.every(Boolean)) return "n";
  const own = has.flatMap((yes, axis) => (yes ? [axis] : []));
  return own.reduce((index, axis) => (index ? `(${index}) * dims.E${axis} + c${axis}` : `c${axis}`), "") || "0u";
}

function kernelName({ instructions }: ElementwiseProgram): string {
  const ops = instructions.map(({ op }) => op.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const name = ["elementwise", ...(ops.length > 0 ? ops : ["copy"])].join("_");
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 4)}_etc`;
}
