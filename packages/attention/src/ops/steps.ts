import { matmul } from "@unroll/kernels";
import { cast, concat, sideBySide as joinSteps, run, type Tensor, zeros } from "@unroll/nn";

/** Queries [B, T, …] of several steps as those of one, in f32 where some are not halves. */
export function sideBySide(steps: readonly Tensor[]): Tensor {
  const [first] = steps as [Tensor];
  if (steps.length === 1) return first;
  // of one shape: nothing is joined twice that another operation of the same steps reads too
  if (steps.every(({ shape }) => shape[1] === first.shape[1])) return joinSteps(steps, first.shape);
  const areAlike = steps.every(({ dtype }) => dtype === first.dtype);
  return concat(areAlike ? [...steps] : steps.map((step) => cast(step, "f32")), 1);
}

/** Gradients of several steps' results as one; zeros [B, T, D] where nothing depends on a step's. */
export function gradientsSideBySide(
  steps: readonly { readonly gradient: Tensor | undefined; readonly shape: readonly number[] }[],
): Tensor {
  return sideBySide(steps.map(({ gradient, shape }) => gradient ?? zeros(shape)));
}

/** Which rows are whole fours, as kernels are told. */
export function wholeFours(keys: Tensor, memory?: Tensor): { keyFours: boolean; memoryFours: boolean } {
  const isWhole = (rows: Tensor | undefined): boolean => rows !== undefined && (rows.shape.at(-1) as number) % 4 === 0;
  return { keyFours: isWhole(keys), memoryFours: isWhole(memory) };
}

/**
 * What the positions of a memory get of all queries: y_s = Σ_t w_ts·x_t, in the order of the queries. With the weights and the
 * contexts' gradients that is the gradient of the memory; with those of the scores and the queries, that of keys.
 * @param w [B, T, S]
 * @param x [B, T, D]
 * @param like what y is the gradient of [B, S, D]
 */
export function overQueries(w: Tensor, x: Tensor, like: Tensor): Tensor {
  const [B, T, S] = w.shape as [number, number, number];
  const D = x.shape[2] as number;
  const dims = { Z: B, M: S, N: D, K: T, lda: S, ldb: D, strideA: T * S, strideB: T * D };
  const call = { dims, options: { transposeA: true }, shapes: { c: like.shape }, dtypes: { c: like.dtype } };
  return run(matmul, { a: w, b: x }, call).c;
}
