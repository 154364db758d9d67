/** Each row of the first array, then the row of the next beside it, and so on. */
export function concatReference(parts: readonly (readonly number[])[], outer: number): number[] {
  const row = (part: readonly number[], o: number): readonly number[] => {
    const n = part.length / outer;
    return part.slice(o * n, (o + 1) * n);
  };
  return Array.from({ length: outer }, (_, o) => parts.flatMap((part) => row(part, o))).flat();
}
