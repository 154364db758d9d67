/** copy[o, i] = source[o·stride + start + i] */
export function copyBlockReference(source: ArrayLike<number>, outer: number, n: number, start: number, stride: number): number[] {
  const copy: number[] = [];
  for (let o = 0; o < outer; o++) for (let i = 0; i < n; i++) copy.push(source[o * stride + start + i] as number);
  return copy;
}

/** padded[o·stride + start + i] = block[o, i], zeros elsewhere */
export function padBlockReference(block: ArrayLike<number>, outer: number, n: number, start: number, stride: number): number[] {
  const padded = new Array<number>(outer * stride).fill(0);
  for (let o = 0; o < outer; o++) for (let i = 0; i < n; i++) padded[o * stride + start + i] = block[o * n + i] as number;
  return padded;
}

/** Each row of a, then the row of b beside it. */
export function concatBlocksReference(a: readonly number[], b: readonly number[], outer: number): number[] {
  const [na, nb] = [a.length / outer, b.length / outer];
  return Array.from({ length: outer }, (_, o) => [...a.slice(o * na, (o + 1) * na), ...b.slice(o * nb, (o + 1) * nb)]).flat();
}
