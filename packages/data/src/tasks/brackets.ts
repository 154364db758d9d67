import { expectList, expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** Words of brackets, right and wrong ones. */
export interface BracketTask {
  /** [B, T]: bracket k opens as 1 + 2k and closes as 2 + 2k; 0 stands behind the end of a word. */
  inputs: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
  /** [B], the length of each word. */
  lengths: Uint32Array<ArrayBuffer>;
  /** [B], 1 for a word in which every bracket is closed by its own kind, 0 for one in which not. */
  targets: Int32Array<ArrayBuffer>;
  /** The classes of `inputs`, padding included. */
  classes: number;
}

/**
 * The language of well-nested brackets (Dyck; Gers & Schmidhuber 2001 on its like): words are right or wrong with equal
 * chance. A wrong one is a right one in which one bracket was exchanged for another, so that no count of a whole word
 * gives all of them away.
 *
 * @param options.steps the longest word; an even number
 * @param options.kinds of brackets; 2 when absent
 * @param options.depth the most brackets open at once; no bound when absent
 * @throws TaskError if an option is out of range
 */
export function bracketLanguage(
  random: Random,
  options: { batchSize: number; steps: number; kinds?: number; depth?: number },
): BracketTask {
  expectOptions(TaskError, "bracketLanguage", options, ["batchSize", "steps", "kinds", "depth"]);
  const { batchSize, steps, kinds = 2, depth = steps / 2 } = options;
  expectWhole(TaskError, "bracketLanguage", { batchSize, kinds });
  if (!Number.isInteger(steps / 2) || steps < 2) {
    throw new TaskError({
      where: "bracketLanguage",
      expected: "steps to be an even number of at least 2",
      actual: String(steps),
      remedy: "Every bracket that opens closes, so words are of even length.",
    });
  }
  expectWhole(TaskError, "bracketLanguage", { depth });
  const inputs = new Int32Array(batchSize * steps);
  const lengths = new Uint32Array(batchSize);
  const targets = Int32Array.from({ length: batchSize }, (_, row) => {
    const length = 2 * (1 + random.below(steps / 2));
    const word = balancedWord(random, length, kinds, depth);
    const label = random.below(2);
    if (label === 0) spoil(random, word, kinds);
    inputs.set(word, row * steps);
    lengths[row] = length;
    return label;
  });
  return { inputs, shape: [batchSize, steps], lengths, targets, classes: 1 + 2 * kinds };
}

/** Whether every bracket of a word, numbered as in a `BracketTask`, is closed by its own kind. */
export function isBalanced(word: ArrayLike<number>): boolean {
  expectList(TaskError, "isBalanced", { word });
  const open: number[] = [];
  for (let at = 0; at < word.length; at++) {
    const bracket = word[at] ?? 0;
    if (bracket % 2 === 1) open.push(bracket);
    else if (open.pop() !== bracket - 1) return false;
  }
  return open.length === 0;
}

/** Opens or closes by a coin, but where only one of the two leads to an end. */
function balancedWord(random: Random, length: number, kinds: number, depth: number): number[] {
  const word: number[] = [];
  const open: number[] = [];
  while (word.length < length) {
    const mustOpen = open.length === 0;
    const mustClose = open.length === depth || open.length === length - word.length;
    const bracket = mustOpen || (!mustClose && random.below(2) === 0) ? 1 + 2 * random.below(kinds) : undefined;
    if (bracket === undefined) word.push((open.pop() ?? 0) + 1);
    else {
      open.push(bracket);
      word.push(bracket);
    }
  }
  return word;
}

/** Exchanges one bracket for any other: what closes it, or what it closes, is then of another kind or missing. */
function spoil(random: Random, word: number[], kinds: number): void {
  const at = random.below(word.length);
  word[at] = 1 + (((word[at] ?? 1) - 1 + 1 + random.below(2 * kinds - 1)) % (2 * kinds));
}
