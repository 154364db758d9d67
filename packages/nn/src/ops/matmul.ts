import { ShapeError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { type DType, FLOATS } from "../tensor/dtype";
import { expectDType, formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { gemm, type Matrices, matrices, transposed } from "./gemm";
import { swappedSource } from "./permute";
import { sideBySide } from "./side-by-side";
import { sumTo } from "./sum-to";

interface Factors {
  readonly Z: number;
  readonly a: Matrices;
  readonly b: Matrices;
  readonly shapes: { readonly a: Shape; readonly b: Shape; readonly c: Shape };
}

const product = defineOp<{ a: Tensor; b: Tensor }, Factors, { c: Tensor }, null>({
  name: "matmul",
  forward: (_, { Z, a, b, shapes }) => ({
    out: { c: gemm(a, b, { Z, shape: shapes.c, dtype: commonDType(a, b) }).c },
    saved: null,
  }),
  // dA = dC·Bᵀ,   dB = Aᵀ·dC; a matrix that all products share gets the sum over them.
  backward({ c: dc }, _, needs, { Z, a, b, shapes }) {
    if (!dc) return {};
    const d = matrices(dc, a.rows, b.columns);
    const whole = (shape: Shape): Shape => (sizeOf(shape) === 0 || Z === 1 || shape.length > 2 ? shape : [Z, ...shape]);
    return {
      ...(needs.has("a")
        ? { a: sumTo(gemm(d, transposed(b), { Z, shape: whole(shapes.a), dtype: a.tensor.dtype }).c, shapes.a) }
        : {}),
      ...(needs.has("b")
        ? { b: sumTo(gemm(transposed(a), d, { Z, shape: whole(shapes.b), dtype: b.tensor.dtype }).c, shapes.b) }
        : {}),
    };
  },
  // Of one matrix b that the steps of a sequence were multiplied by one at a time: the steps side by side, then the same.
  shared: {
    inputs: ["b"],
    key: ({ Z, a, shapes }) => (Z === 1 && !a.transposed ? `${a.rows}x${a.columns} ${shapes.b}` : undefined),
    backward(records) {
      const [{ attributes }] = records as [(typeof records)[number]];
      const { rows, columns: K } = attributes.a;
      const N = attributes.b.columns;
      const a = sideBySide(
        records.map((record) => record.attributes.a.tensor),
        [rows, 1, K],
      );
      const d = sideBySide(
        records.map(({ dOut }) => dOut.c as Tensor),
        [rows, 1, N],
      );
      const all = records.length * rows;
      const { c } = gemm(transposed(matrices(a, all, K)), matrices(d, all, N), {
        shape: attributes.shapes.b,
        period: records.length,
        dtype: attributes.b.tensor.dtype,
      });
      return { b: c };
    },
  },
});

/** f16 where both factors are. */
const commonDType = (a: Matrices, b: Matrices): DType =>
  a.tensor.dtype === "f16" && b.tensor.dtype === "f16" ? "f16" : "f32";

/**
 * The matrix product a·b over the last two axes: [..., M, K] · [..., K, N] = [..., M, N]. Leading axes are equal, or
 * absent on one side, which then takes part in every product. A transposed operand is read where it lies.
 * Sums are made in f32; the result is f16 where both factors are.
 * @throws ShapeError if the inner extents or the leading axes differ
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const batch = checkFactors(a, b);
  const N = b.shape.at(-1) as number;
  const c = [...batch, a.shape.at(-2) as number, N];
  const shapes = { a: a.shape, b: b.shape, c };
  if (b.rank === 2 && a.rank > 2) {
    // One b for all: the rows of every a, stacked, are one tall matrix.
    const tall = matrices(a, sizeOf(a.shape.slice(0, -1)), a.shape.at(-1) as number);
    return product({ a, b }, { Z: 1, a: tall, b: operand(b), shapes }).c;
  }
  return product({ a, b }, { Z: sizeOf(batch), a: operand(a), b: operand(b), shapes }).c;
}

/** A tensor's last two axes as the product's matrices; where they are those of another swapped, that one's. */
function operand(tensor: Tensor): Matrices {
  const [rows, columns] = tensor.shape.slice(-2) as [number, number];
  const source = swappedSource(tensor);
  return source ? matrices(source, columns, rows, true) : matrices(tensor, rows, columns);
}

function checkFactors(a: Tensor, b: Tensor): Shape {
  expectDType("matmul", { a, b }, ...FLOATS);
  for (const [what, { shape }] of Object.entries({ a, b })) {
    if (shape.length >= 2) continue;
    throw new ShapeError({
      where: "matmul",
      what,
      expected: "[..., rows, columns]",
      received: formatShape(shape),
      remedy: "Reshape a vector to one row or one column.",
    });
  }
  const K = a.shape.at(-1) as number;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const isSameBatch = batchA.length === 0 || batchB.length === 0 || sameShape(batchA, batchB);
  if (K === b.shape.at(-2) && isSameBatch) return batchA.length > 0 ? batchA : batchB;
  throw new ShapeError({
    where: "matmul",
    what: "b",
    expected: formatShape([...(batchA.length > 0 && batchB.length > 0 ? batchA : batchB), K, "N"]),
    received: formatShape(b.shape),
    remedy: "The last axis of a must equal the second last of b, and leading axes must be equal.",
  });
}
