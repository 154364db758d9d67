import { ShapeError, ValueError } from "@unroll/kernels";
import { refuseValue } from "../tensor/kind";
import { type CTCSpan, spansOf } from "./ctc-greedy";
import { type CTCFrames, type CTCScoreOptions, type CTCScores, readScores } from "./ctc-scores";

/** The likeliest way in which a row says its target. */
export interface CTCAlignment {
  /** The steps of each label. */
  readonly spans: readonly CTCSpan[];
  /** The class of each step, blanks included. */
  readonly path: readonly number[];
  /** ln of the probability of this one path. */
  readonly logProbability: number;
}

/**
 * Forced alignment: of all paths that say a target the likeliest one (Viterbi 1967, over the states of Graves et al.
 * 2006). It tells when each label is said; `ctcStates` tells how sure that is.
 * @param scores [B, T, C]: logits, or log-probabilities
 * @param targets the labels of each row
 * @throws ShapeError or ValueError if scores, lengths, labels or the blank are out of range, or a row has fewer steps
 * than its target needs
 */
export async function ctcAlign(
  scores: CTCScores,
  targets: readonly ArrayLike<number>[],
  options: CTCScoreOptions = {},
): Promise<CTCAlignment[]> {
  const where = "ctcAlign";
  const { rows, C, blank } = await readScores(where, scores, options);
  if (targets.length !== rows.length) {
    const expected = `${rows.length}, one for each row`;
    throw new ShapeError({ where, what: "targets", expected, received: String(targets.length) });
  }
  return rows.map((frames, row) => {
    const labels = Array.from(targets[row] as ArrayLike<number>);
    for (const [i, label] of labels.entries()) {
      if (Number.isInteger(label) && label >= 0 && label < C && label !== blank) continue;
      const expected = `a class from 0 to ${C - 1} other than the blank ${blank}`;
      refuseValue(where, { [`label ${i} of row ${row}`]: label }, expected);
    }
    const found = viterbi(frames, labels, blank);
    if (found.logProbability > Number.NEGATIVE_INFINITY) return { ...found, spans: spansIn(found.states, labels) };
    const repeats = labels.filter((label, i) => i > 0 && label === labels[i - 1]).length;
    const needed = labels.length + repeats;
    const isShort = frames.length < needed;
    throw new ValueError({
      where,
      what: `row ${row}: the input`,
      expected: isShort ? `of at least ${needed} steps, which its target needs,` : "such that its target can be",
      received: isShort ? `of ${frames.length}` : "such that every path of it has a step of probability 0",
    });
  });
}

/** The likeliest path through the states blank, l₁, blank, …, blank. At a tie it stays where it is for longer. */
function viterbi(
  frames: CTCFrames,
  labels: readonly number[],
  blank: number,
): { states: number[]; path: number[]; logProbability: number } {
  const none = Number.NEGATIVE_INFINITY;
  const S = 2 * labels.length + 1;
  const classOf = (s: number): number => (s % 2 === 0 ? blank : (labels[(s - 1) / 2] as number));
  const steps: Uint8Array[] = []; // how many states back each state's best path came from
  let best = new Float64Array(S).fill(none);
  for (const [t, frame] of frames.entries()) {
    const next = new Float64Array(S);
    const back = new Uint8Array(S);
    for (let s = 0; s < S; s++) {
      let from = t === 0 ? (s < 2 ? 0 : none) : (best[s] as number);
      for (const step of s % 2 === 1 && classOf(s) !== classOf(s - 2) ? [1, 2] : [1]) {
        const value = t === 0 ? none : (best[s - step] ?? none);
        if (value > from) [from, back[s]] = [value, step];
      }
      next[s] = from + (frame[classOf(s)] as number);
    }
    steps.push(back);
    best = next;
  }
  if (frames.length === 0) return { states: [], path: [], logProbability: S === 1 ? 0 : none };
  let s = S > 1 && (best[S - 2] as number) > (best[S - 1] as number) ? S - 2 : S - 1;
  const logProbability = best[s] as number;
  const states: number[] = [];
  for (const back of steps.toReversed()) {
    states.unshift(s);
    s -= back[s] as number;
  }
  return { states, path: states.map(classOf), logProbability };
}

/** The steps of each label of a path of states. */
function spansIn(states: readonly number[], labels: readonly number[]): CTCSpan[] {
  return spansOf(
    states.map((s) => (s % 2 === 0 ? -1 : (s - 1) / 2)),
    -1,
  ).map(({ label: i, start, end }) => ({ label: labels[i] as number, start, end }));
}
