import { add, gemm, logSumExp, matmul, reshape, type Tensor, zeros } from "@unroll/nn";
import type { OnnxOperator } from "./node";

/** alpha·A'·B' + beta·C, A' and B' transposed where asked for, C broadcast. */
const gemmOperator: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("alpha", "beta", "transA", "transB");
  return [
    gemm(node.float(0), node.float(1), {
      c: node.optionalFloat(2),
      alpha: attributes.number("alpha", 1),
      beta: attributes.number("beta", 1),
      transposeA: attributes.flag("transA", false),
      transposeB: attributes.flag("transB", false),
    }),
  ];
};

/** NumPy's matmul: a vector is a row on the left and a column on the right, leading axes are broadcast. */
const matMul: OnnxOperator = (node) => {
  node.attributes.only();
  const [first, second] = [node.float(0), node.float(1)];
  const a = first.rank === 1 ? reshape(first, [1, first.size]) : first;
  const b = second.rank === 1 ? reshape(second, [second.size, 1]) : second;
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const spread = (x: Tensor): Tensor => (x.rank === 2 ? x : add(x, zeros([...batch, ...x.shape.slice(-2)])));
  const c = matmul(spread(a), spread(b));
  const rows = first.rank === 1 ? [] : c.shape.slice(-2, -1);
  const columns = second.rank === 1 ? [] : c.shape.slice(-1);
  return [reshape(c, [...c.shape.slice(0, -2), ...rows, ...columns])];
};

function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [p, q] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return p === 1 ? q : p;
  });
}

/** ln Σ eˣ over axes: over all where none are named, unless that is to do nothing. */
const reduceLogSumExp: OnnxOperator = (node) => {
  node.attributes.only("axes", "keepdims", "noop_with_empty_axes");
  const x = node.float(0);
  const axes = [...(node.optional(1)?.data ?? node.attributes.numbers("axes", []))];
  if (axes.length === 0 && node.attributes.flag("noop_with_empty_axes", false)) return [x];
  return [logSumExp(x, { ...(axes.length > 0 ? { axes } : {}), keepDims: node.attributes.flag("keepdims", true) })];
};

export const productOperators: Readonly<Record<string, OnnxOperator>> = {
  Gemm: gemmOperator,
  MatMul: matMul,
  ReduceLogSumExp: reduceLogSumExp,
};
