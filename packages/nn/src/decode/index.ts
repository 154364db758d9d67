export { type CTCAlignment, ctcAlign } from "./ctc-align";
export { type CTCBeamOptions, type CTCHypothesis, ctcBeamSearch } from "./ctc-beam-search";
export { type CTCGreedyOptions, type CTCPath, type CTCSpan, ctcGreedy } from "./ctc-greedy";
export type { CTCScoreOptions, CTCScores } from "./ctc-scores";
