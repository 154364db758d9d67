import { concat as concatKernel, MOST_JOINED, ShapeError, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { fill, run } from "../graph/run";
import { expectTensors } from "../tensor/kind";
import { formatShape, resolveAxis, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { cutOut } from "./slice";
import { partsOf } from "./split-parts";

type Parts = Readonly<Record<string, Tensor>>;

interface Attributes {
  readonly axis: number;
  readonly shapes: readonly Shape[];
}

const joined = defineOp<Parts, Attributes, { joined: Tensor }, null>({
  name: "concat",
  forward: (parts, { axis }) => ({ out: { joined: join(Object.values(parts), axis) }, saved: null }),
  // Each part gets its own part of the gradient; parts of one size are cut apart by one kernel call.
  backward({ joined: d }, _, needs, { axis, shapes }) {
    if (!d) return {};
    const gradients: Record<string, Tensor> = {};
    const extents = shapes.map((shape) => shape[axis] as number);
    const areEqual = shapes.length > 2 && extents.every((extent) => extent === extents[0]);
    const equal = areEqual ? partsOf(d, axis, shapes.length) : undefined;
    let start = 0;
    for (const [k, extent] of extents.entries()) {
      const end = start + extent;
      if (needs.has(String(k))) gradients[k] = equal?.[k] ?? cutOut(d, { axis, start, end });
      start = end;
    }
    return gradients;
  },
});

/**
 * Tensors end to end, with no record of where they came from: what backward rules join gradients with. More than one
 * kernel call can take are joined in groups first, and the groups then.
 */
export function join(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0] as Tensor;
  if (parts.length <= MOST_JOINED) return joinOnce(parts, axis);
  const groups: Tensor[] = [];
  for (let k = 0; k < parts.length; k += MOST_JOINED) groups.push(join(parts.slice(k, k + MOST_JOINED), axis));
  return join(groups, axis);
}

function joinOnce(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts as [Tensor];
  const inner = sizeOf(first.shape.slice(axis + 1));
  const width = (k: number): number => ((parts[k]?.shape[axis] ?? 0) as number) * inner;
  const extent = parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0);
  const dims = {
    outer: sizeOf(first.shape.slice(0, axis)),
    ...{ n0: width(0), n1: width(1), n2: width(2), n3: width(3), n4: width(4), n5: width(5), n6: width(6) },
  };
  const [part0, part1, part2, part3, part4, part5, part6] = parts;
  return run(
    concatKernel,
    { part0, part1, part2, part3, part4, part5, part6 },
    {
      dims,
      shapes: { joined: first.shape.map((own, other) => (other === axis ? extent : own)) },
      dtypes: { joined: first.dtype },
    },
  ).joined;
}

/** Joined before: what several weights are multiplied by is put side by side once for all of them. */
const known = new WeakMap<
  Tensor,
  { readonly parts: readonly Tensor[]; readonly key: string; readonly joined: Tensor }[]
>();

/** What a tensor is the whole of under another shape. */
function whole(tensor: Tensor): Tensor {
  const { node, size, storage } = tensor;
  if (storage || node.kind !== "view" || node.isCut || node.input.size !== size) return tensor;
  return whole(node.input);
}

/** `join` of tensors that may have been joined before: backward rules of several operations read what one step made. */
export function joinKnown(tensors: readonly Tensor[], axis: number): Tensor {
  const parts = tensors.map(whole);
  const [first] = parts as [Tensor];
  const key = `${axis} of ${tensors.map(({ shape }) => formatShape(shape))}`;
  const before = known.get(first) ?? [];
  known.set(first, before);
  const isSame = (other: { readonly parts: readonly Tensor[]; readonly key: string }): boolean =>
    other.key === key && other.parts.every((of, k) => of === parts[k]);
  const found = before.find(isSame);
  if (found) return found.joined;
  const joined = join(tensors, axis);
  before.push({ parts, key, joined });
  return joined;
}

/** Gradients of parts of one shape, zeros where one has none, as one tensor. */
export function joinGradients(gradients: readonly (Tensor | undefined)[], shape: Shape, axis: number): Tensor {
  const none = fill(0, shape);
  return joinKnown(
    gradients.map((gradient) => gradient ?? none),
    axis,
  );
}

/**
 * Tensors end to end along one axis; all other extents are equal.
 * @throws ShapeError if they are not
 * @throws ValueError if there are no tensors
 */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  expectTensors("concat", tensors);
  const [first, ...rest] = tensors;
  if (!first)
    throw new ValueError({ where: "concat", what: "the tensors", expected: "at least one", received: "none" });
  const at = resolveAxis("concat", axis, first);
  for (const [index, next] of rest.entries()) {
    const fits =
      next.rank === first.rank && next.shape.every((extent, other) => other === at || extent === first.shape[other]);
    if (!fits || next.dtype !== first.dtype) {
      throw new ShapeError({
        where: "concat",
        what: `tensor ${index + 1}`,
        expected: `${first.dtype} ${formatShape(first.shape.map((extent, other) => (other === at ? "any" : extent)))}`,
        received: `${next.dtype} ${formatShape(next.shape)}`,
      });
    }
  }
  if (rest.length === 0) return first;
  const shapes = tensors.map(({ shape }) => shape);
  return joined(Object.fromEntries(tensors.entries()), { axis: at, shapes }).joined;
}
