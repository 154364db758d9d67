import { expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** A sentence that says what somebody thinks, and how it is meant. */
export interface Opinion {
  /** In lower case; a comma is a word of its own. */
  readonly words: readonly string[];
  /** How much it praises; below zero, how much it blames. */
  readonly strength: number;
  /** 1 if it praises, 0 if it blames. */
  readonly label: 0 | 1;
}

const THINGS = ["food", "coffee", "service", "room", "view", "bed", "music", "price"];

/** What qualities say of a thing: as many praise as blame. */
const QUALITIES: Readonly<Record<string, number>> = {
  ...{ good: 1, nice: 1, pleasant: 1, fair: 1, great: 2, wonderful: 2, excellent: 2, perfect: 2 },
  ...{ bad: -1, dull: -1, poor: -1, unfair: -1, awful: -2, terrible: -2, horrible: -2, dreadful: -2 },
};

const VERBS: Readonly<Record<string, number>> = { liked: 1, loved: 2, disliked: -1, hated: -2 };

/** By what each multiplies the word after it. */
const DEGREES: Readonly<Record<string, number>> = { slightly: 0.5, really: 1.5, extremely: 2 };

/** Not excellent is less bad than awful: a negation turns a clause round and halves it. */
const NEGATION = -0.5;

/** What the clause that matters counts, and the one that is admitted. */
const [MAIN, ADMITTED] = [1.5, 0.5];

/** Sentences that are meant less clearly than this are not drawn. */
const LEAST_STRENGTH = 0.5;

/** All words of the grammar, sorted. */
export const OPINION_WORDS: readonly string[] = [
  ...["the", "i", "was", "not", "never", "and", "but", "although", ","],
  ...THINGS,
  ...[QUALITIES, VERBS, DEGREES].flatMap((words) => Object.keys(words)),
].sort();

/**
 * Opinions of a small grammar, in which the order of words decides:
 *
 *     sentence = clause | clause "and" clause | clause "but" clause | clause "although" clause
 *              | "although" clause "," clause
 *     clause   = "the" thing "was" ["not"] [degree] quality | "i" ["never"] ["really"] verb "the" thing
 *
 * A degree multiplies the word after it (slightly ½, really 1½, extremely 2), a negation turns the clause round and halves
 * it, and what stands after "but", or not after "although", counts three times as much as the other clause. So "the food
 * was good but the room was bad" and "the room was bad but the food was good", the same words, mean opposite things.
 *
 * Praise and blame are as frequent: who has learned nothing is right half of the time.
 *
 * @throws TaskError if `count` is no positive whole number
 */
export function opinions(random: Random, options: { count: number }): Opinion[] {
  expectOptions(TaskError, "opinions", options, ["count"]);
  const { count } = options;
  expectWhole(TaskError, "opinions", { count });
  return Array.from({ length: count }, () => {
    for (;;) {
      const words = drawSentence(random);
      const strength = opinionStrength(words);
      if (Math.abs(strength) >= LEAST_STRENGTH) return { words, strength, label: strength > 0 ? 1 : 0 };
    }
  });
}

/**
 * How a sentence of the grammar of `opinions` is meant.
 * @throws TaskError naming the place at which it is none
 */
export function opinionStrength(words: readonly string[]): number {
  const reader = new Reader(words);
  if (reader.takes("although")) {
    const admitted = readClause(reader);
    reader.expects(",");
    const main = readClause(reader);
    reader.expectsEnd();
    return MAIN * main + ADMITTED * admitted;
  }
  const first = readClause(reader);
  const joint = ["and", "but", "although"].find((word) => reader.takes(word));
  const second = joint === undefined ? 0 : readClause(reader);
  reader.expectsEnd();
  if (joint === "but") return ADMITTED * first + MAIN * second;
  if (joint === "although") return MAIN * first + ADMITTED * second;
  return first + second;
}

function readClause(reader: Reader): number {
  if (reader.takes("i")) {
    const negation = reader.takes("never") ? NEGATION : 1;
    const degree = reader.takes("really") ? (DEGREES.really ?? 1) : 1;
    const verb = reader.takesOf("a verb", VERBS);
    reader.expects("the");
    reader.takesOf("a thing", THINGS_AS_TABLE);
    return negation * degree * verb;
  }
  reader.expects("the");
  reader.takesOf("a thing", THINGS_AS_TABLE);
  reader.expects("was");
  const negation = reader.takes("not") ? NEGATION : 1;
  const degree = reader.mayTakeOf(DEGREES) ?? 1;
  return negation * degree * reader.takesOf("a quality", QUALITIES);
}

const THINGS_AS_TABLE: Readonly<Record<string, number>> = Object.fromEntries(THINGS.map((thing) => [thing, 0]));

/** Goes through the words of a sentence. */
class Reader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  takes(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  mayTakeOf(table: Readonly<Record<string, number>>): number | undefined {
    const word = this.#words[this.#at];
    if (word === undefined || !Object.hasOwn(table, word)) return undefined;
    this.#at++;
    return table[word];
  }

  takesOf(what: string, table: Readonly<Record<string, number>>): number {
    return this.mayTakeOf(table) ?? this.#refuse(`${what}, such as "${Object.keys(table)[0]}",`);
  }

  expects(word: string): void {
    if (!this.takes(word)) this.#refuse(`"${word}"`);
  }

  expectsEnd(): void {
    if (this.#at < this.#words.length) this.#refuse("its end");
  }

  #refuse(expected: string): never {
    const word = this.#words[this.#at];
    throw new TaskError({
      where: "opinionStrength",
      expected: `${expected} as word ${this.#at + 1} of the sentence`,
      actual: word === undefined ? "its end" : `"${word}"`,
      remedy: 'Pass words such as ["the", "food", "was", "not", "good"].',
    });
  }
}

function drawSentence(random: Random): string[] {
  const [first, second] = [drawClause(random), drawClause(random)];
  switch (random.below(5)) {
    case 0:
      return first;
    case 1:
      return [...first, "and", ...second];
    case 2:
      return [...first, "but", ...second];
    case 3:
      return [...first, "although", ...second];
    default:
      return ["although", ...first, ",", ...second];
  }
}

function drawClause(random: Random): string[] {
  const one = (words: readonly string[]): string => words[random.below(words.length)] ?? "";
  /** A word, or none, by the same chance each. */
  const perhaps = (words: readonly string[]): string[] => {
    const drawn = random.below(words.length + 1);
    return words.slice(drawn, drawn + 1);
  };
  if (random.below(3) === 0) {
    return ["i", ...perhaps(["never"]), ...perhaps(["really"]), one(Object.keys(VERBS)), "the", one(THINGS)];
  }
  const degrees = perhaps(Object.keys(DEGREES));
  return ["the", one(THINGS), "was", ...perhaps(["not"]), ...degrees, one(Object.keys(QUALITIES))];
}
