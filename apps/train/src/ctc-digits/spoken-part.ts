import { type Features, Random } from "@unroll/data";
import type { Order, Part } from "../learning/learner";
import { BANDS, featuresOf, variedFeaturesOf } from "./features";
import type { Recording } from "./recording";
import { type SpokenString, STRINGS_EACH, stringsToLearn, stringsToScore } from "./strings";

/** Lengths are rounded up to a multiple of this, so that few shapes, and so few plans, occur. */
const MULTIPLE = 64;

/** Strings of digits as the model hears them. */
export interface SpokenBatch {
  /** Log-mel features [B, T, 32], zeros behind the end of a string. */
  x: Float32Array<ArrayBuffer>;
  shape: [rows: number, frames: number, bands: number];
  /** [B] */
  frames: Uint32Array<ArrayBuffer>;
  digits: readonly (readonly number[])[];
}

/** Strings of digits joined of recordings: others in each epoch, or those that are scored. */
export class SpokenPart implements Part<SpokenBatch> {
  readonly steps: number;
  readonly #recordings: readonly Recording[];
  readonly #size: number;
  #toScore: SpokenBatch[] | undefined;

  constructor(recordings: readonly Recording[], size: number) {
    this.#recordings = recordings;
    this.#size = size;
    this.steps = Math.ceil((STRINGS_EACH * recordings.length) / size);
  }

  *batches(order?: Order): Generator<SpokenBatch> {
    if (!order) {
      // They are heard after every epoch.
      this.#toScore ??= this.#alike(stringsToScore(this.#recordings)).map((strings) =>
        batchOf(strings, ({ signal }) => featuresOf(signal)),
      );
      yield* this.#toScore;
      return;
    }
    const batches = this.#alike(stringsToLearn(this.#recordings, order));
    const random = new Random(order.seed, 2 ** 31 + order.epoch); // not the numbers that joined them
    random.shuffle(batches);
    for (const strings of batches) yield batchOf(strings, ({ signal }) => variedFeaturesOf(signal, random));
  }

  rowsOf({ digits }: SpokenBatch): number {
    return digits.length;
  }

  /** Strings of like lengths together. */
  #alike(strings: readonly SpokenString[]): SpokenString[][] {
    const sorted = strings.toSorted((one, other) => one.signal.length - other.signal.length);
    const count = Math.ceil(sorted.length / this.#size);
    return Array.from({ length: count }, (_, n) => sorted.slice(n * this.#size, (n + 1) * this.#size));
  }
}

function batchOf(strings: readonly SpokenString[], hear: (string: SpokenString) => Features): SpokenBatch {
  const heard = strings.map(hear);
  const frames = Uint32Array.from(heard, ({ shape }) => shape[0] ?? 0);
  const longest = MULTIPLE * Math.ceil(Math.max(...frames) / MULTIPLE);
  const x = new Float32Array(heard.length * longest * BANDS);
  for (const [row, { data }] of heard.entries()) x.set(data, row * longest * BANDS);
  return { x, shape: [heard.length, longest, BANDS], frames, digits: strings.map(({ digits }) => digits) };
}
