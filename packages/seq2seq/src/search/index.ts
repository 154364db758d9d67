export { type BeamSearchOptions, beamSearch } from "./beam-search";
export { type EnsembleOptions, ensemble } from "./ensemble";
export { greedySearch } from "./greedy-search";
export type { Hypothesis } from "./hypotheses";
export type { SearchOptions } from "./options";
export type { LengthPenalty, PenaltyOptions } from "./penalties";
export { type SampleOptions, sampleSequences } from "./sample-sequences";
export { type EndedVocabulary, specialTokens } from "./special-tokens";
export type { SearchStep, StepResult } from "./step";
