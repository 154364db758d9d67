/** Sizes of a rotation: batch rows, steps, heads, features of a head, and those of them that are turned. */
export interface RotarySizes {
  readonly B: number;
  readonly T: number;
  readonly N: number;
  readonly D: number;
  readonly R: number;
}

/** Pair i of each head turned by the angle of its row in the tables: y₁ = x₁·cos − x₂·sin, y₂ = x₂·cos + x₁·sin. */
export function rotaryReference(
  x: Float64Array,
  { cosines, sines }: { readonly cosines: Float64Array; readonly sines: Float64Array },
  { B, T, N, D, R }: RotarySizes,
  { interleaved, row, turn }: { interleaved: boolean; row: (b: number, t: number) => number; turn: number },
): Float64Array {
  const y = x.slice();
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let n = 0; n < N; n++)
        for (let i = 0; i < R / 2; i++) {
          const head = ((b * T + t) * N + n) * D;
          const [one, two] = interleaved ? [2 * i, 2 * i + 1] : [i, i + R / 2];
          const [x1, x2] = [x[head + one] as number, x[head + two] as number];
          const at = row(b, t) * (R / 2) + i;
          const [cos, sin] = [cosines[at] as number, turn * (sines[at] as number)];
          y[head + one] = x1 * cos - x2 * sin;
          y[head + two] = x2 * cos + x1 * sin;
        }
  return y;
}
