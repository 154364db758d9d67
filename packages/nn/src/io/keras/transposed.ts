/** A matrix [rows, columns] transposed, row-major both. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const made = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) made[column * rows + row] = values[row * columns + column] ?? 0;
  }
  return made;
}
