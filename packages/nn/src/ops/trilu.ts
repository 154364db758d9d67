import { ShapeError } from "@unroll/kernels";
import { elementwise } from "../graph/run";
import { expectTensor, refuseValue } from "../tensor/kind";
import { formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { arange } from "./arange";
import { greaterEqual, lessEqual, sub, where } from "./arithmetic";
import { reshape } from "./reshape";

/**
 * The lower triangles of the matrices of x: what lies above diagonal k becomes 0. Diagonal 0, the default, is the main one, those
 * above it are positive.
 * @param x [..., M, N] of any dtype
 * @throws ShapeError if x has fewer than two axes
 * @throws ValueError if k is no whole number
 */
export const tril = (x: Tensor, k = 0): Tensor => kept(x, lessEqual(diagonals("tril", x, k), k));

/** The upper triangles of the matrices of x: what lies below diagonal k becomes 0. */
export const triu = (x: Tensor, k = 0): Tensor => kept(x, greaterEqual(diagonals("triu", x, k), k));

function kept(x: Tensor, inside: Tensor): Tensor {
  return x.dtype === "bool" ? elementwise("and", [inside, x]) : where(inside, x, 0);
}

/** The number of each element's diagonal: its column less its row. */
function diagonals(name: string, x: Tensor, k: number): Tensor {
  expectTensor(name, "x", x);
  if (x.rank < 2) {
    throw new ShapeError({ where: name, what: "x", expected: "[..., M, N]", received: formatShape(x.shape) });
  }
  if (!Number.isInteger(k) || Math.abs(k) >= 2 ** 31) {
    refuseValue(name, { k }, "a whole number");
  }
  const [M, N] = x.shape.slice(-2) as [number, number];
  return sub(arange(N), reshape(arange(M), [M, 1]));
}
