export {
  Attention,
  type AttentionResult,
  type AttentionState,
  type NoState,
  type PreparedMemory,
  type PrepareOptions,
  selectRows,
  selectState,
} from "./attention";
export {
  HardAttention,
  type HardAttentionLossOptions,
  type HardAttentionOptions,
  type HardState,
  hardAttentionLoss,
  RewardBaseline,
} from "./hard";
export { coverageLoss, doublyStochasticLoss, type WeightsOptions } from "./losses";
export { AttentionPooling, type AttentionPoolingOptions } from "./pooling";
export * from "./scores";
