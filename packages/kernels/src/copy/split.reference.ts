/** Part after part, each row after row, zeros behind it up to the pitch. */
export function splitReference(
  x: readonly number[],
  { outer, n, inner, pitch }: { outer: number; n: number; inner: number; pitch: number },
): number[] {
  const parts: number[] = [];
  for (let k = 0; k < n; k++) {
    const part = new Array<number>(pitch).fill(0);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) part[o * inner + i] = x[(o * n + k) * inner + i] as number;
    }
    parts.push(...part);
  }
  return parts;
}
