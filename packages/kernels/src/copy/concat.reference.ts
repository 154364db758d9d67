/** Each row of a, then the row of b beside it. */
export function concatReference(a: readonly number[], b: readonly number[], outer: number): number[] {
  const [na, nb] = [a.length / outer, b.length / outer];
  const row = (o: number): number[] => [...a.slice(o * na, (o + 1) * na), ...b.slice(o * nb, (o + 1) * nb)];
  return Array.from({ length: outer }, (_, o) => row(o)).flat();
}
