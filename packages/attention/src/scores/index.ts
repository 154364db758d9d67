export { AdditiveAttention, ConcatAttention } from "./additive";
export type { AdditiveOptions } from "./additive-base";
export { CoverageAttention, type CoverageOptions, type CoverageState } from "./coverage";
export { DotAttention, GeneralAttention, ScaledDotAttention } from "./dot";
export {
  LocalMonotonicAttention,
  type LocalOptions,
  LocalPredictiveAttention,
  type LocalPredictiveOptions,
  type LocalState,
} from "./local";
export { LocationAwareAttention, type LocationAwareOptions, type LocationState } from "./location-aware";
export { MonotonicAttention, type MonotonicOptions, type MonotonicState } from "./monotonic";
export type { ContentAttention, ScoreKernel, ScoreOptions } from "./options";
