import { ValueError } from "@unroll/kernels";
import { refuseValue } from "../tensor/kind";
import { type CTCFrames, type CTCScoreOptions, type CTCScores, logAdd, readScores } from "./ctc-scores";

export interface CTCBeamOptions extends CTCScoreOptions {
  /** Prefixes kept after each step; 100 by default. */
  beamWidth?: number;
  /** How many labellings to return for each row, the best first; 1 by default. */
  nBest?: number;
  /** Looks only at so many classes of each step, the likeliest of them; all by default. Blank counts as one of them. */
  topClasses?: number;
  /**
   * ln of the probability that `label` follows the labels in `prefix`. It is asked once for each prefix that is looked
   * at: make it cheap.
   */
  languageModel?: (prefix: readonly number[], label: number) => number;
  /** Weight α of the language model; 1 by default. */
  alpha?: number;
  /** β, added to the score for each label, which makes up for the language model's taste for short texts; 0 by default. */
  beta?: number;
  /** Writes a label that comes several times in a row once, as TensorFlow's `merge_repeated` does; scores stay. Off by default. */
  mergeRepeated?: boolean;
}

const OWN = ["beamWidth", "nBest", "topClasses", "languageModel", "alpha", "beta", "mergeRepeated"];

/** A labelling found by the search. */
export interface CTCHypothesis {
  readonly labels: readonly number[];
  /** ln of its probability: of all of its paths that the beam kept. */
  readonly logProbability: number;
  /** What the beam is ordered by: ln p_CTC + α·ln p_LM + β·labels. */
  readonly score: number;
}

/** A prefix of labels: a node of the tree of all that are looked at. */
interface Prefix {
  readonly parent: Prefix | undefined;
  readonly label: number;
  readonly length: number;
  readonly children: Map<number, Prefix>;
  /** α·ln p_LM + β·length */
  readonly bonus: number;
  /** ln of the paths so far that end in a blank, and of those that end in the label. */
  blank: number;
  nonBlank: number;
  /** The same after the step at hand. */
  nextBlank: number;
  nextNonBlank: number;
}

const NONE = Number.NEGATIVE_INFINITY;

/**
 * Prefix beam search (Graves & Jaitly 2014; Hannun et al. 2014): after each step the likeliest prefixes are kept, each
 * with the probability of all its paths that end in a blank and of those that do not, since a label that follows itself
 * is a new one only after a blank. With a language model prefixes are ordered by
 *   ln p_CTC(prefix) + α·Σ ln p_LM(label | labels before it) + β·labels
 * At a tie the one found first stays first, so a search can be repeated.
 * @param scores [B, T, C]: logits, or log-probabilities
 * @returns for each row up to `nBest` labellings, the best first. `ctcAlign` tells when a labelling is said.
 * @throws ShapeError or ValueError if scores, lengths, the blank or an option are out of range
 */
export async function ctcBeamSearch(scores: CTCScores, options: CTCBeamOptions = {}): Promise<CTCHypothesis[][]> {
  const where = "ctcBeamSearch";
  const { beamWidth = 100, nBest = 1, topClasses, alpha = 1, beta = 0 } = options;
  for (const [what, value] of Object.entries({ beamWidth, nBest, topClasses: topClasses ?? 1 })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ValueError({ where, what, expected: "a positive whole number", received: String(value) });
  }
  if (nBest > beamWidth) {
    throw new ValueError({ where, what: "nBest", expected: `at most beamWidth ${beamWidth}`, received: `${nBest}` });
  }
  for (const [what, value] of Object.entries({ alpha, beta })) {
    if (Number.isFinite(value)) continue;
    throw new ValueError({ where, what, expected: "a finite number", received: String(value) });
  }
  const { rows, C, blank } = await readScores(where, scores, options, OWN);
  const search = new Search({ ...options, beamWidth, nBest, topClasses: topClasses ?? C, alpha, beta }, blank);
  return rows.map((frames) => search.row(frames));
}

type Settings = CTCBeamOptions &
  Required<Pick<CTCBeamOptions, "beamWidth" | "nBest" | "topClasses" | "alpha" | "beta">>;

class Search {
  readonly #settings: Settings;
  readonly #blank: number;

  constructor(settings: Settings, blank: number) {
    this.#settings = settings;
    this.#blank = blank;
  }

  row(frames: CTCFrames): CTCHypothesis[] {
    const root = prefix(undefined, -1, 0);
    root.blank = 0;
    let beam = [root];
    for (const frame of frames) beam = this.#step(beam, frame);
    const { nBest, mergeRepeated = false } = this.#settings;
    return beam.slice(0, nBest).map((node) => {
      const labels = labelsOf(node).filter((label, i, all) => !(mergeRepeated && i > 0 && label === all[i - 1]));
      const logProbability = logAdd(node.blank, node.nonBlank);
      return { labels, logProbability, score: logProbability + node.bonus };
    });
  }

  /** The beam after one more step, best first. */
  #step(beam: readonly Prefix[], frame: Float64Array): Prefix[] {
    const classes = this.#classes(frame);
    const found = [...beam];
    const met = new Set(beam);
    for (const node of beam) {
      const total = logAdd(node.blank, node.nonBlank);
      for (const c of classes) {
        const y = frame[c] as number;
        if (c === this.#blank) {
          node.nextBlank = logAdd(node.nextBlank, total + y);
          continue;
        }
        if (c === node.label) node.nextNonBlank = logAdd(node.nextNonBlank, node.nonBlank + y);
        const added = (c === node.label ? node.blank : total) + y;
        if (added === NONE) continue;
        const child = this.#child(node, c);
        child.nextNonBlank = logAdd(child.nextNonBlank, added);
        if (met.has(child)) continue;
        met.add(child);
        found.push(child);
      }
    }
    for (const node of found) {
      [node.blank, node.nonBlank] = [node.nextBlank, node.nextNonBlank];
      [node.nextBlank, node.nextNonBlank] = [NONE, NONE];
    }
    const scored = found.map((node) => ({ node, score: logAdd(node.blank, node.nonBlank) + node.bonus }));
    scored.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
    const impossible = scored.findIndex(({ score }) => score === NONE);
    const kept = Math.min(this.#settings.beamWidth, impossible < 0 ? scored.length : impossible);
    for (const { node } of scored.slice(kept)) forget(node);
    return scored.slice(0, kept).map(({ node }) => node);
  }

  /** The likeliest classes of a step, lowest first. */
  #classes(frame: Float64Array): number[] {
    const all = Array.from(frame.keys());
    const { topClasses } = this.#settings;
    if (topClasses >= all.length) return all;
    const byScore = all.sort((a, b) => (frame[b] as number) - (frame[a] as number) || a - b);
    return byScore.slice(0, topClasses).sort((a, b) => a - b);
  }

  #child(node: Prefix, label: number): Prefix {
    const known = node.children.get(label);
    if (known) return known;
    const { languageModel, alpha, beta } = this.#settings;
    const gain = languageModel && alpha !== 0 ? alpha * this.#ask(languageModel, node, label) : 0;
    const child = prefix(node, label, node.bonus + gain + beta);
    node.children.set(label, child);
    return child;
  }

  #ask(languageModel: NonNullable<CTCBeamOptions["languageModel"]>, node: Prefix, label: number): number {
    const value = languageModel(labelsOf(node), label);
    if (value <= 0 || Number.isFinite(value)) return value;
    refuseValue(
      "ctcBeamSearch",
      { [`languageModel([${labelsOf(node).join(", ")}], ${label})`]: value },
      "the logarithm of a probability",
    );
  }
}

function prefix(parent: Prefix | undefined, label: number, bonus: number): Prefix {
  const sums = { blank: NONE, nonBlank: NONE, nextBlank: NONE, nextNonBlank: NONE };
  return { parent, label, length: parent ? parent.length + 1 : 0, children: new Map(), bonus, ...sums };
}

/** Takes out of the tree what fell out of the beam, unless something that is in it may lie below. */
function forget(node: Prefix): void {
  [node.blank, node.nonBlank] = [NONE, NONE];
  if (node.children.size === 0) node.parent?.children.delete(node.label);
}

function labelsOf(node: Prefix): number[] {
  const labels = new Array<number>(node.length);
  for (let at: Prefix = node; at.parent; at = at.parent) labels[at.length - 1] = at.label;
  return labels;
}
