import {
  flatIndices,
  gather as gatherKernel,
  type IndexLayout,
  indexChains,
  ShapeError,
  scatter,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { formatShape, resolveAxis, type Shape, sameShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectIndices } from "./index-check";
import { slice } from "./slice";

/** x as [outer, V, inner] and indices into V: one list, a list for each outer row, or an index for each element. */
export interface Indexing {
  readonly dims: { readonly outer: number; readonly V: number; readonly N: number; readonly inner: number };
  readonly ids: IndexLayout;
  /** Of the elements taken. */
  readonly shape: Shape;
}

/** The elements of x, with no record of where they came from: what backward rules take. */
export function taken(x: Tensor, ids: Tensor, { dims, ids: layout, shape }: Indexing): Tensor {
  const call = { dims, options: { ids: layout }, shapes: { out: shape }, dtypes: { out: x.dtype } };
  return run(gatherKernel, { x, ids }, call).out;
}

const gathered = defineOp<{ x: Tensor; ids: Tensor }, Indexing, { y: Tensor }, { x: Tensor; ids: Tensor }>({
  name: "gather",
  forward: (inputs, indexing) => ({ out: { y: taken(inputs.x, inputs.ids, indexing) }, saved: inputs }),
  // dx[v] = Σ dy[n] over the n whose index means v, in their order; an owner for each sum, no atomic.
  backward({ y: dy }, { x, ids }, _, { dims, ids: layout }) {
    if (!dy) return {};
    const call = {
      dims,
      options: { ids: layout, reduction: "add" as const },
      shapes: { out: x.shape },
      dtypes: { out: x.dtype },
    };
    if (layout === "elements") return { x: run(scatter, { ids, updates: dy }, call).out };
    const { outer, V, N } = dims;
    const { first, next } = run(indexChains, { ids }, { dims: { outer, V, N }, options: { ids: layout } });
    return { x: run(scatter, { first, next, updates: dy }, call).out };
  },
});

/** Elements that were found otherwise to be where `ids` says, recorded. */
export const gatherBy = (x: Tensor, ids: Tensor, indexing: Indexing): Tensor => gathered({ x, ids }, indexing).y;

/**
 * Slices of x along an axis, by default the first, by index: y[…, j…, …] = x[…, indices[j…], …]. A negative index counts from
 * the end.
 * @param x of any dtype
 * @param indices of i32 or u32 and any shape; it takes the place of the axis
 * @throws ValueError if an index on the host is out of range; one made on the device gives zeros, and no gradient
 */
export function gather(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const at = resolveAxis("gather", axis, x);
  const V = x.shape[at] as number;
  expectIndices("gather", indices, [V], at);
  const [before, after] = [x.shape.slice(0, at), x.shape.slice(at + 1)];
  const dims = { outer: sizeOf(before), V, N: indices.size, inner: sizeOf(after) };
  return gatherBy(x, indices, { dims, ids: "shared", shape: [...before, ...indices.shape, ...after] });
}

/**
 * One element for each index: y[i, j, k] = x[indices[i, j, k], j, k] for axis 0, the default, and so for others (NumPy's
 * take_along_axis, PyTorch's gather). A negative index counts from the end.
 * @param indices of as many axes as x, none but `axis` longer than x has it
 * @throws ShapeError if the axes disagree
 * @throws ValueError if an index on the host is out of range; one made on the device gives 0, and no gradient
 */
export function gatherElements(x: Tensor, indices: Tensor, axis = 0): Tensor {
  const at = resolveAxis("gatherElements", axis, x);
  expectIndices("gatherElements", indices, [x.shape[at] as number], at);
  expectWithin("gatherElements", x, indices, at);
  const part = indices.shape.reduce((rest, extent, other) => (other === at ? rest : slice0(rest, other, extent)), x);
  return gatherBy(part, indices, elementsAlong(part.shape, indices.shape, at));
}

/** Elements of arrays of equal extents but along `at`. */
export function elementsAlong(shape: Shape, indices: Shape, at: number): Indexing {
  const dims = {
    outer: sizeOf(shape.slice(0, at)),
    V: shape[at] as number,
    N: indices[at] as number,
    inner: sizeOf(shape.slice(at + 1)),
  };
  return { dims, ids: "elements", shape: indices };
}

/** @throws ShapeError if `indices` has other axes than x, or is longer along one than `at` */
export function expectWithin(where: string, x: Tensor, indices: Tensor, at: number): void {
  const fits =
    indices.rank === x.rank &&
    indices.shape.every((extent, other) => other === at || extent <= (x.shape[other] as number));
  if (fits) return;
  throw new ShapeError({
    where,
    what: "indices",
    expected: `within ${formatShape(x.shape.map((extent, other) => (other === at ? "any" : extent)))}`,
    received: formatShape(indices.shape),
  });
}

const slice0 = (x: Tensor, axis: number, extent: number): Tensor =>
  extent === x.shape[axis] ? x : slice(x, axis, 0, extent);

/**
 * Slices of x by tuples of indices: y[b…, j…, …] = x[b…, indices[b…, j…, 0], …, indices[b…, j…, K − 1], …], for the
 * leading `batchDims` axes b that both have (ONNX's GatherND). Negative indices count from the end.
 * @param indices [b…, j…, K]
 * @throws ShapeError if K is larger than the axes that are left, or the batch axes differ
 * @throws ValueError if an index on the host is out of range; one made on the device gives zeros, and no gradient
 */
export function gatherND(x: Tensor, indices: Tensor, options: { batchDims?: number } = {}): Tensor {
  const where = "gatherND";
  const { batchDims = 0 } = expectKnown(where, options, ["batchDims"]);
  const K = indices.shape.at(-1) ?? 0;
  if (!Number.isInteger(batchDims) || batchDims < 0 || batchDims >= Math.max(1, Math.min(x.rank, indices.rank))) {
    const expected = `a whole number from 0, less than the axes of x and of indices`;
    refuseValue(where, { batchDims }, expected);
  }
  const batch = x.shape.slice(0, batchDims);
  if (K < 1 || K > x.rank - batchDims || !sameShape(batch, indices.shape.slice(0, batchDims))) {
    throw new ShapeError({
      where,
      what: "indices",
      expected: formatShape([...batch, "…", `1 to ${x.rank - batchDims}`]),
      received: formatShape(indices.shape),
      remedy: `The last axis is a tuple of indices into the axes of x ${formatShape(x.shape)} from ${batchDims} on.`,
    });
  }
  const [into, after] = [x.shape.slice(batchDims, batchDims + K), x.shape.slice(batchDims + K)];
  expectIndices(where, indices, into, batchDims);
  const listed = indices.shape.slice(batchDims, -1);
  const dims = { outer: sizeOf(batch), V: sizeOf(into), N: sizeOf(listed), inner: sizeOf(after) };
  const [E0 = 1, E1 = 1, E2 = 1, E3 = 1, E4 = 1, E5 = 1] = into;
  const flat = { dims: { N: dims.outer * dims.N, E0, E1, E2, E3, E4, E5 }, options: { depth: K } };
  const ids = run(flatIndices, { ids: indices }, flat).out;
  const layout = dims.outer === 1 ? "shared" : "rows";
  return gatherBy(x, ids, { dims, ids: layout, shape: [...batch, ...listed, ...after] });
}
