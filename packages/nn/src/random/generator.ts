import { refuseValue } from "../tensor/kind";
import { tapeNow } from "../tensor/recording";
import { type Scalar, scalar } from "../tensor/scalar";

/** The high and low 32 bits of a 32-bit product. */
function multiply(a: number, b: number): [high: number, low: number] {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const mid = a1 * b0 + ((a0 * b0) >>> 16);
  const low = a0 * b1 + (mid & 0xffff);
  return [(a1 * b1 + Math.floor(mid / 65536) + Math.floor(low / 65536)) >>> 0, Math.imul(a, b) >>> 0];
}

/**
 * Philox-4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four random words from a
 * counter and a key, the same as the GPU makes.
 */
export function philox(
  [c0, c1, c2, c3]: readonly [number, number, number, number],
  [k0, k1]: readonly [number, number],
): [number, number, number, number] {
  for (let round = 0; round < 10; round++) {
    const [h0, l0] = multiply(0xd2511f53, c0);
    const [h1, l1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1, (h0 ^ c3 ^ k1) >>> 0, l0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What names one draw: the generator's seed and how many draws came before. */
export interface Draw {
  readonly seedLow: Scalar;
  readonly seedHigh: Scalar;
  readonly draw: Scalar;
}

/**
 * A seeded source of random numbers. Every use of it is a draw, and every draw is different; two generators of one
 * seed give the same draws. On the host it fills arrays; to the GPU it hands out names of draws.
 */
export class Generator {
  #seed: number;
  #draws = 0;

  /**
   * @param seed a whole number from 0 to 2^53 − 1
   * @throws ValueError if it is not
   */
  constructor(seed: number) {
    this.#seed = expectCount("random", "seed", seed);
  }

  get seed(): number {
    return this.#seed;
  }

  /** Makes it go on where another of this seed is after as many draws. @throws ValueError if either is no such number */
  restore({ seed, draws }: { readonly seed: number; readonly draws: number }): void {
    const checked = expectCount("Generator.restore", "seed", seed);
    this.#draws = expectCount("Generator.restore", "draws", draws);
    this.#seed = checked;
  }

  /** Draws so far: with the seed, all there is to save and restore. */
  get draws(): number {
    return this.#draws;
  }

  set draws(count: number) {
    this.#draws = expectCount("Generator", "draws", count);
  }

  /** Names the next draw for a kernel. */
  next(): Draw {
    const tape = tapeNow();
    if (tape) tape.hasDraws = true;
    return {
      seedLow: scalar(this.seed >>> 0),
      seedHigh: scalar(Math.floor(this.seed / 2 ** 32)),
      draw: scalar(this.#draws++),
    };
  }

  /** `size` numbers from U[low, high). @throws ValueError unless `size` is a whole number below 2^30, as 4 GiB hold */
  uniform(size: number, low = 0, high = 1): Float32Array<ArrayBuffer> {
    const values = new Float32Array(expectCount("Generator.uniform", "size", size, 30));
    const scale = (high - low) * 2 ** -24;
    this.#words(size, (index, word) => {
      values[index] = low + (word >>> 8) * scale; // as many bits as a float32 keeps: more would round up to high
    });
    return values;
  }

  /** `size` numbers from N(mean, deviation²), by Box and Muller (1958). @throws ValueError as `uniform` */
  normal(size: number, mean = 0, deviation = 1): Float32Array<ArrayBuffer> {
    const values = new Float32Array(expectCount("Generator.normal", "size", size, 30));
    let radius = 0;
    this.#words(size + (size % 2), (index, word) => {
      if (index % 2 === 0) {
        radius = deviation * Math.sqrt(-2 * Math.log((word + 1) * 2 ** -32));
        return;
      }
      const angle = 2 * Math.PI * word * 2 ** -32;
      values[index - 1] = mean + radius * Math.cos(angle);
      if (index < size) values[index] = mean + radius * Math.sin(angle);
    });
    return values;
  }

  /** Words of one draw, four from each counter value. */
  #words(size: number, put: (index: number, word: number) => void): void {
    const key = [this.seed >>> 0, Math.floor(this.seed / 2 ** 32)] as const;
    const draw = this.#draws++;
    for (let block = 0; block * 4 < size; block++) {
      const words = philox([block, 0, draw >>> 0, Math.floor(draw / 2 ** 32)], key);
      for (let lane = 0; lane < 4 && block * 4 + lane < size; lane++) put(block * 4 + lane, words[lane] as number);
    }
  }
}

function expectCount(where: string, what: string, value: number, bits = 53): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return value;
  return refuseValue(where, { [what]: value }, `a whole number from 0 to 2^${bits} − 1`);
}

/** Itself. @throws ValueError unless it is a generator: a seed and `Math.random` are none */
export function expectGenerator(rng: Generator): Generator {
  return rng instanceof Generator ? rng : refuseValue("random", { rng }, "a generator", "Make one with random(seed).");
}

let shared = new Generator(0);

/** A generator of its own, from a seed. */
export function random(seed: number): Generator {
  return new Generator(seed);
}

/** Starts the package's own generator anew: the one used where none is given. */
export function seed(value: number): void {
  shared = new Generator(value);
}

/** The generator used where none is given. */
export function sharedGenerator(): Generator {
  return shared;
}
