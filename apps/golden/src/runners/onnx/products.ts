import { add, argmax, exp, log, matmul, max, mul, reshape, sub, sum, type Tensor, transpose, zeros } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "./node";

/** alpha·A'·B' + beta·C, A' and B' transposed where asked for, C broadcast. */
const gemm: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("alpha", "beta", "transA", "transB");
  const [a, b, c] = [node.float(0), node.float(1), node.optionalFloat(2)];
  const product = matmul(
    attributes.flag("transA", false) ? transpose(a) : a,
    attributes.flag("transB", false) ? transpose(b) : b,
  );
  const scaled = mul(product, attributes.number("alpha", 1));
  return [c ? add(scaled, mul(c, attributes.number("beta", 1))) : scaled];
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

/** ln Σ eˣ over axes, from the largest so that nothing overflows. */
const reduceLogSumExp: OnnxOperator = (node) => {
  node.attributes.only("keepdims", "noop_with_empty_axes");
  const x = node.float(0);
  if (x.size === 0) throw new UnsupportedCase("ReduceLogSumExp of nothing is −∞, which is no value here");
  const given = node.optional(1)?.data ?? new Float64Array(0);
  if (given.length === 0 && node.attributes.flag("noop_with_empty_axes", false)) return [x];
  const axes = given.length > 0 ? Array.from(given) : x.shape.map((_, axis) => axis);
  const largest = max(x, { axes, keepDims: true });
  const result = add(log(sum(exp(sub(x, largest)), { axes, keepDims: true })), largest);
  if (node.attributes.flag("keepdims", true)) return [result];
  const reduced = axes.map((axis) => (axis < 0 ? axis + x.rank : axis));
  return [
    reshape(
      result,
      x.shape.filter((_, axis) => !reduced.includes(axis)),
    ),
  ];
};

const argMax: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("axis", "keepdims", "select_last_index");
  if (attributes.flag("select_last_index", false)) throw new UnsupportedCase("ArgMax that takes the last of equals");
  const x = node.float(0);
  const axis = attributes.number("axis", 0);
  const index = argmax(x, axis);
  if (!attributes.flag("keepdims", true)) return [index];
  return [
    reshape(
      index,
      x.shape.map((extent, at) => (at === (axis < 0 ? axis + x.rank : axis) ? 1 : extent)),
    ),
  ];
};

export const productOperators: Readonly<Record<string, OnnxOperator>> = {
  ArgMax: argMax,
  Gemm: gemm,
  MatMul: matMul,
  ReduceLogSumExp: reduceLogSumExp,
};
