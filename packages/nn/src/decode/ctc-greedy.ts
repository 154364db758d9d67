import { type CTCFrames, type CTCScoreOptions, type CTCScores, readScores } from "./ctc-scores";

export interface CTCGreedyOptions extends CTCScoreOptions {
  /** Whether steps of one class in a row make one label; true by default. If not, each step of a label is one. */
  mergeRepeated?: boolean;
}

/** A label and the steps that it lasts: from `start` to below `end`. */
export interface CTCSpan {
  readonly label: number;
  readonly start: number;
  readonly end: number;
}

/** The best path of a row. */
export interface CTCPath {
  readonly labels: readonly number[];
  /** When each label is said. */
  readonly spans: readonly CTCSpan[];
  /** ln of the probability of this one path: the sum of each step's highest score. */
  readonly logProbability: number;
}

/**
 * Best path decoding (Graves et al. 2006, section 3.2): the likeliest class of each step, lowest first at a tie, with
 * repeats and then blanks taken out. Fast, and not always the likeliest labelling: `ctcBeamSearch` looks for that.
 * @param scores [B, T, C]: logits, or log-probabilities
 * @throws ShapeError or ValueError if scores, lengths or the blank are out of range
 */
export async function ctcGreedy(scores: CTCScores, options: CTCGreedyOptions = {}): Promise<CTCPath[]> {
  const { rows, blank } = await readScores("ctcGreedy", scores, options, ["mergeRepeated"]);
  return rows.map((frames) => bestPath(frames, blank, options.mergeRepeated ?? true));
}

function bestPath(frames: CTCFrames, blank: number, mergeRepeated: boolean): CTCPath {
  const best = frames.map((frame) => frame.reduce((at, x, c) => (x > (frame[at] as number) ? c : at), 0));
  const spans = spansOf(best, blank, mergeRepeated);
  const logProbability = best.reduce((sum, c, t) => sum + (frames[t]?.[c] as number), 0);
  return { labels: spans.map(({ label }) => label), spans, logProbability };
}

/** The labels of a path of classes, and the steps of each. */
export function spansOf(path: readonly number[], blank: number, mergeRepeated = true): CTCSpan[] {
  const spans: { label: number; start: number; end: number }[] = [];
  for (const [t, label] of path.entries()) {
    const last = spans.at(-1);
    if (label === blank) continue;
    if (mergeRepeated && last && last.end === t && last.label === label) last.end = t + 1;
    else spans.push({ label, start: t, end: t + 1 });
  }
  return spans;
}
