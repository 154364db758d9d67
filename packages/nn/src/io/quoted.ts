/** A name from a file, safe to print: escaped, and cut where it is long. */
export function quoted(name: string): string {
  const MAX = 96;
  return JSON.stringify(name.length > MAX ? `${name.slice(0, MAX)}…` : name);
}
