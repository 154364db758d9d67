import { excerpt } from "../checks";
import { RandomError } from "../errors";

const WORD = 2 ** 32;

/**
 * A seeded generator of pseudo-random numbers: the same seed and stream give the same numbers on every machine.
 *
 * It is sfc32 ("small fast counting") by Chris Doty-Humphrey, from PractRand: 128 bits of state of which 32 are a
 * counter, so that no cycle is shorter than 2³². Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /**
   * @param seed an integer from 0 to 2⁵³ − 1
   * @param stream an integer from 0 to 2³² − 1; one seed gives independent numbers for each stream, such as an epoch
   * @throws RandomError if either is not such an integer
   */
  constructor(seed: number, stream = 0) {
    expectInteger("seed", seed, Number.MAX_SAFE_INTEGER);
    expectInteger("stream", stream, WORD - 1);
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / WORD) >>> 0;
    this.#c = stream;
    // Seeds that differ in one bit start with alike states; fifteen rounds part them.
    for (let round = 0; round < 15; round++) this.uint32();
  }

  /** The generator that `state` described: it goes on with the numbers that would have come. */
  static fromState(state: unknown): Random {
    if (!Array.isArray(state) || state.length !== 4 || !state.every(isWord)) {
      throw new RandomError({
        where: "Random.fromState",
        expected: "four integers from 0 to 2³² − 1",
        actual: excerpt(state),
        remedy: "Pass what state gave.",
      });
    }
    const random = new Random(0);
    [random.#a = 0, random.#b = 0, random.#c = 0, random.#counter = 0] = state;
    return random;
  }

  /** Where the generator stands, as a JSON value: save it in a checkpoint. */
  get state(): [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** The next integer, uniform over 0 to 2³² − 1. */
  uint32(): number {
    const next = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + next) >>> 0;
    return next;
  }

  /** The next number, uniform over [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return this.uint32() / WORD;
  }

  /**
   * The next number, normal with mean 0 and variance 1 (Box & Muller, 1958). Its last bits are those of the machine's
   * logarithm and cosine.
   */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform())); // 1 − u is never 0
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * The next integer, uniform over 0 to `bound` − 1 without bias.
   *
   * @throws RandomError if `bound` is not an integer from 1 to 2³²
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > WORD) {
      throw new RandomError({
        where: "Random.below",
        expected: "bound to be an integer from 1 to 2³²",
        actual: String(bound),
        remedy: "Pass the number of values to choose from.",
      });
    }
    // What lies above the largest multiple of bound would favour the small values, so it is drawn again.
    const limit = WORD - (WORD % bound);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % bound;
  }

  /** The integers 0 to `count` − 1 in random order (Fisher and Yates, 1938). */
  permutation(count: number): Uint32Array<ArrayBuffer> {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    this.shuffle(order);
    return order;
  }

  /** Puts the items of an array into random order, in place. */
  shuffle<Item>(items: { readonly length: number; [index: number]: Item }): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const swapped = items[last] as Item;
      items[last] = items[other] as Item;
      items[other] = swapped;
    }
  }
}

function isWord(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < WORD;
}

function expectInteger(what: string, value: number, largest: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return;
  throw new RandomError({
    where: "Random",
    expected: `${what} to be an integer from 0 to ${largest}`,
    actual: String(value),
    remedy: "Pass a whole number, such as new Random(42).",
  });
}
