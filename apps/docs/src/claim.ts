/** What a sample says of a value that it prints: `console.log(score); // above 0.9`. */
export type Claim = "is" | "above" | "below" | "near";

/** How far from what is claimed a value may be that is near it: a tenth. */
const NEAR = 0.1;

let checked = 0;

/** How many claims held since the last call. */
export function claimsChecked(): number {
  const count = checked;
  checked = 0;
  return count;
}

/**
 * Checks the last of the values that a line of a sample prints.
 * @throws Error naming the line, if the claim does not hold
 */
export function claim(line: number, kind: Claim, expected: unknown, values: readonly unknown[]): void {
  const value = values.at(-1);
  if (!holds(kind, expected, value)) {
    throw new Error(`Line ${line} claims ${kind} ${JSON.stringify(expected)}, but it prints ${JSON.stringify(value)}.`);
  }
  checked++;
}

function holds(kind: Claim, expected: unknown, value: unknown): boolean {
  if (kind === "is") return JSON.stringify(value) === JSON.stringify(expected);
  const [actual, bound] = [Number(value), Number(expected)];
  if (kind === "above") return actual > bound;
  if (kind === "below") return actual < bound;
  return Math.abs(actual - bound) <= NEAR * Math.abs(bound);
}
