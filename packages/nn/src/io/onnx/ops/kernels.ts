import type { Extent } from "../../tracing/extents";
import { progressionOf } from "../../tracing/progression";
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

/** A constant that counts as far as an extent that is open; undefined of any other. */
export function progression(traced: Traced, lowering: Lowering): Value | undefined {
  const found = progressionOf(traced);
  if (!found) return undefined;
  const { axis, start, step } = found;
  const { graph } = lowering;
  const { shape, rank, dtype } = firstOf(traced);
  const type = lowering.typeOf({ dtype });
  let made = range(lowering.extents(traced)[axis] as Extent, type, lowering);
  if (step !== 1) made = graph.op("Mul", [made, graph.number(type, step)]);
  if (start !== 0) made = graph.op("Add", [made, graph.number(type, start)]);
  if (rank === 1) return made;
  return graph.op("Reshape", [made, graph.ints(shape.map((_, other) => (other === axis ? -1 : 1)))]);
}
