import { EVENT_WORDS } from "@unroll/kernels";
import { MOST_LOG_ZERO } from "./log-zero";
import type { Settings } from "./options";

/** A sequence that search found. */
export interface Hypothesis {
  /** Without start and end. */
  readonly tokens: readonly number[];
  /** What hypotheses are ordered by: logProbability by its length penalty, and the coverage penalty where there is one. */
  readonly score: number;
  /** ln of the probability of all tokens, the end included. */
  readonly logProbability: number;
  /** ln of the probability of each token, that of the end last. */
  readonly tokenLogProbabilities: readonly number[];
  /** Tokens with the end: what length penalties count. */
  readonly length: number;
  /** For each token, the end included, how much each place of the source was attended to: row-major [length, S]. */
  readonly weights?: { readonly data: Float32Array; readonly shape: readonly [length: number, S: number] };
}

/** One step of all rows, as the device reported it. */
interface Step {
  /** [R, 5], see `beamSelect`. */
  readonly events: Float32Array;
  readonly weights: Float32Array | undefined;
}

interface Ended {
  readonly source: number;
  readonly step: number;
  /** Row of the beam that went on to the end. */
  readonly row: number;
  readonly logProbability: number;
  readonly coverage: number;
}

/** How the score of an ended sequence follows from its log-probability, its length, and its coverage Σ ln min(Σ p, 1). */
export type Scoring = (logProbability: number, length: number, coverage: number) => number;

/**
 * What the device reports, put together: chains of tokens, from the end back to the start. Sums are made here in float64 of
 * the log-probabilities of single tokens.
 */
export class History {
  readonly #settings: Settings;
  readonly #steps: Step[] = [];
  readonly #ended: Ended[] = [];
  #isOver = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Whether no beam is left that could go on. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param S places of weights, if they are reported */
  add(report: Float32Array, S: number | undefined): void {
    const { sources, beams, weights, coverage } = this.#settings;
    const R = sources * beams;
    let at = 0;
    const next = (count: number): Float32Array => {
      at += count;
      return report.subarray(at - count, at);
    };
    while (at < report.length && !this.#isOver) {
      const events = next(R * EVENT_WORDS);
      const attended = weights ? next(R * (S ?? 0)) : undefined;
      const covered = coverage ? next(R) : undefined;
      this.#end(events, covered);
      this.#steps.push({ events, weights: attended });
      this.#isOver = !Array.from({ length: R }, (_, row) => events[row * EVENT_WORDS + 2] as number).some(
        (x) => x > MOST_LOG_ZERO,
      );
    }
  }

  #end(events: Float32Array, covered: Float32Array | undefined): void {
    const { beams } = this.#settings;
    for (let row = 0; row * EVENT_WORDS < events.length; row++) {
      const [beam = -1, logProbability = 0] = events.subarray(row * EVENT_WORDS + 3, (row + 1) * EVENT_WORDS);
      if (beam < 0) continue;
      const source = Math.floor(row / beams);
      const from = source * beams + beam;
      this.#ended.push({ source, step: this.#steps.length, row: from, logProbability, coverage: covered?.[from] ?? 0 });
    }
  }

  /** All hypotheses of each source, in the order in which they ended. */
  hypotheses(score: Scoring): Hypothesis[][] {
    const all: Hypothesis[][] = Array.from({ length: this.#settings.sources }, () => []);
    for (const ended of this.#ended) all[ended.source]?.push(this.#trace(ended, score));
    return all;
  }

  #trace({ source, step, row, logProbability: last, coverage }: Ended, score: Scoring): Hypothesis {
    const { beams, weights, sourceLengths } = this.#settings;
    const tokens: number[] = [];
    const tokenLogProbabilities = [last];
    const rows = [row];
    let at = row;
    for (const { events } of this.#steps.slice(0, step).reverse()) {
      const [token = 0, parent = 0, value = 0] = events.subarray(at * EVENT_WORDS, at * EVENT_WORDS + 3);
      tokens.unshift(token);
      tokenLogProbabilities.unshift(value);
      at = source * beams + parent;
      rows.unshift(at);
    }
    const length = tokens.length + 1;
    const logProbability = tokenLogProbabilities.reduce((sum, value) => sum + value, 0);
    const found = {
      tokens,
      score: score(logProbability, length, coverage),
      logProbability,
      tokenLogProbabilities,
      length,
    };
    if (!weights) return found;
    const width = (this.#steps[0]?.weights?.length ?? 0) / (this.#settings.sources * beams);
    const S = sourceLengths ? Math.min(width, sourceLengths[source] as number) : width;
    const data = new Float32Array(length * S);
    for (const [t, from] of rows.entries()) {
      const attended = this.#steps[t]?.weights?.subarray(from * width, from * width + S);
      if (attended) data.set(attended, t * S);
    }
    return { ...found, weights: { data, shape: [length, S] } };
  }
}
