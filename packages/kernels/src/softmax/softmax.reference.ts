/** At or below this an element is masked: it takes no part in its row. */
export const MASKED = -1e29;

const rowsOf = (x: Float64Array, V: number): Float64Array[] =>
  Array.from({ length: V === 0 ? 0 : x.length / V }, (_, r) => x.subarray(r * V, (r + 1) * V));

const byRow = (x: Float64Array, V: number, f: (row: Float64Array, r: number) => ArrayLike<number>): Float64Array => {
  const out = new Float64Array(x.length);
  for (const [r, row] of rowsOf(x, V).entries()) out.set(f(row, r), r * V);
  return out;
};

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** max x and Σ e^(x − max x) of a row, over what is not masked. */
export function rowStatistics(row: Float64Array): { highest: number; total: number } {
  const open = row.filter((x) => x > MASKED);
  const highest = open.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return { highest, total: sum(open.map((x) => Math.exp(x - highest))) };
}

/** Softmax of rows of V. */
export function softmaxReference(x: Float64Array, V: number): Float64Array {
  return byRow(x, V, (row) => {
    const { highest, total } = rowStatistics(row);
    return row.map((v) => (v > MASKED ? Math.exp(v - highest) / total : 0));
  });
}

/** Its logarithm; −1e30 where masked. */
export function logSoftmaxReference(x: Float64Array, V: number): Float64Array {
  return byRow(x, V, (row) => {
    const { highest, total } = rowStatistics(row);
    return row.map((v) => (v > MASKED ? v - highest - Math.log(total) : -1e30));
  });
}

/** dx_v = y_v·(dy_v − Σ_u dy_u·y_u) */
export function softmaxBackwardReference(y: Float64Array, dy: Float64Array, V: number): Float64Array {
  return byRow(y, V, (row, r) => {
    const inner = sum(row.map((p, v) => p * (dy[r * V + v] ?? 0)));
    return row.map((p, v) => p * ((dy[r * V + v] ?? 0) - inner));
  });
}

/** dx_v = dy_v − e^(y_v)·Σ_u dy_u, over what is not masked */
export function logSoftmaxBackwardReference(y: Float64Array, dy: Float64Array, V: number): Float64Array {
  return byRow(y, V, (row, r) => {
    const total = sum(row.map((p, v) => (p > MASKED ? (dy[r * V + v] ?? 0) : 0)));
    return row.map((p, v) => (p > MASKED ? (dy[r * V + v] ?? 0) - Math.exp(p) * total : 0));
  });
}
