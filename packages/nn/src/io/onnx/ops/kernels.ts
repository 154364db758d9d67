import type { Extent } from "../../tracing/extents";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { firstOf, type Lowering } from "../lowering";
import { ONNX_TYPES, type OnnxType, onnxType } from "../model-proto";

/** 0, 1, …, as many as `extent` says. */
export function range(extent: Extent, type: OnnxType, lowering: Lowering): Value {
  const { graph } = lowering;
  if (extent.names.length === 0) {
    const numbers = Array.from({ length: extent.offset }, (_, n) => n);
    return graph.constant("range", type, [extent.offset], () => numbers);
  }
  const count = graph.op("Squeeze", [lowering.extentValue(extent), graph.ints([0])]);
  const numbers = graph.op("Range", [graph.number("int64", 0), count, graph.number("int64", 1)]);
  return graph.op("Cast", [numbers], { to: ONNX_TYPES[type] });
}

/** What a call of `flat_indices` reads; nothing of a value that none made. */
export function tuplesOf(traced: Traced): Traced {
  return traced.flatMap(({ node }) => {
    const tuples = node.kind === "kernel" && node.kernel.name === "flat_indices" ? node.inputs.ids : undefined;
    return tuples ? [tuples] : [];
  });
}

/** Calls of kernels that operations make on their way, by the kernel's name. */
export const KERNELS: Readonly<Record<string, (traced: Traced, lowering: Lowering) => Value>> = {
  iota(traced, lowering) {
    const { dtype } = firstOf(traced);
    const [extent] = lowering.extents(traced) as [Extent];
    return range(extent, dtype === "f16" ? lowering.typeOf({ dtype }) : onnxType(dtype), lowering);
  },
  // The tuples themselves, as GatherND reads them.
  flat_indices: (traced, lowering) => lowering.value(tuplesOf(traced)),
};

/**
 * A constant that counts along its one axis that is longer than 1, start + n·step, as long as an extent that is open:
 * the numbers of steps that lengths are compared with. Undefined if the values are others.
 */
export function progression(
  traced: Traced,
  values: readonly ArrayLike<number>[],
  lowering: Lowering,
): Value | undefined {
  const tensor = firstOf(traced);
  const [start = 0, next = start] = Array.from(values[0] ?? []);
  const step = next - start;
  const axes = tensor.shape.flatMap((extent, axis) => (extent === 1 ? [] : [axis]));
  const [axis] = axes;
  const counts = (list: ArrayLike<number>): boolean =>
    Array.from(list).every((value, n) => Object.is(value, start + n * step));
  if (axis === undefined || axes.length > 1 || tensor.dtype === "bool" || !values.every(counts)) return undefined;
  const { graph } = lowering;
  const type = lowering.typeOf(tensor);
  let made = range(lowering.extents(traced)[axis] as Extent, type, lowering);
  if (step !== 1) made = graph.op("Mul", [made, graph.number(type, step)]);
  if (start !== 0) made = graph.op("Add", [made, graph.number(type, start)]);
  if (tensor.rank === 1) return made;
  return graph.op("Reshape", [made, graph.ints(tensor.shape.map((_, other) => (other === axis ? -1 : 1)))]);
}
