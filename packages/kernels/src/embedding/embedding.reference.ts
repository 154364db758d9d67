/** out[n] = table[ids[n]] for a table of rows of D elements; zeros where the table has no such row. */
export function embeddingReference(table: Float64Array, ids: ArrayLike<number>, D: number): Float64Array {
  const out = new Float64Array(ids.length * D);
  for (let n = 0; n < ids.length; n++) {
    for (let d = 0; d < D; d++) out[n * D + d] = table[(ids[n] ?? 0) * D + d] ?? 0;
  }
  return out;
}

/** dTable[v] = Σ dOut[n] over the n whose id is v, except for `paddingId`. */
export function embeddingReferenceBackward(
  dOut: Float64Array,
  ids: ArrayLike<number>,
  { V, D, paddingId }: { V: number; D: number; paddingId?: number | undefined },
): Float64Array {
  const dTable = new Float64Array(V * D);
  for (let n = 0; n < ids.length; n++) {
    const v = ids[n] ?? 0;
    if (v === paddingId || v >= V) continue;
    for (let d = 0; d < D; d++) dTable[v * D + d] = (dTable[v * D + d] ?? 0) + (dOut[n * D + d] ?? 0);
  }
  return dTable;
}
