import type { DType } from "./dtype";
import type { ElementwiseProgram } from "./elementwise";
import { resultType } from "./op-types";
import { opRule } from "./ops";

/** Runs a program in float64, one element after another: the broadcasting rule written out, nothing merged. */
export function elementwiseReference(
  program: ElementwiseProgram,
  inputs: readonly ArrayLike<number>[],
  scalars: readonly number[] = [],
): Float64Array[] {
  const count = program.shape.reduce((a, b) => a * b, 1);
  const results = program.outputs.map(() => new Float64Array(count));
  const dtypes = referenceTypes(program);
  for (let n = 0; n < count; n++) {
    const values = program.inputs.map(
      ({ shape }, i) => inputs[i]?.[sourceIndex(n, program.shape, shape)] ?? Number.NaN,
    );
    values.push(...scalars);
    for (const { op, args } of program.instructions) {
      const rule = opRule(op);
      const first = dtypes[args[rule.alike[0] ?? 0] ?? 0] ?? "f32";
      values.push(
        rule.value(
          args.map((id) => values[id] ?? Number.NaN),
          first,
        ),
      );
    }
    for (const [k, id] of program.outputs.entries()) (results[k] as Float64Array)[n] = values[id] ?? Number.NaN;
  }
  return results;
}

/** The element of an array of shape `source` that stands at flat index n of `shape`. */
export function sourceIndex(n: number, shape: readonly number[], source: readonly number[]): number {
  let index = 0;
  let stride = 1;
  let rest = n;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    const own = source[axis - shape.length + source.length] ?? 1;
    if (own !== 1) index += (rest % extent) * stride;
    stride *= own;
    rest = Math.floor(rest / extent);
  }
  return index;
}

function referenceTypes({ inputs, scalars, instructions }: ElementwiseProgram): DType[] {
  const dtypes: DType[] = [...inputs.map(({ dtype }) => dtype), ...scalars];
  for (const { op, args } of instructions) {
    dtypes.push(
      resultType(
        op,
        args.map((id) => dtypes[id] ?? "f32"),
      ),
    );
  }
  return dtypes;
}
