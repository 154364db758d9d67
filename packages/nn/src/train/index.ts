export { NonFiniteLossError } from "./fault";
export { type GateOverTime, type Inspection, inspect, type LayerInspection } from "./inspect";
export { statisticsOf, type TensorStatistics } from "./statistics";
export {
  type EpochResult,
  type TrainCheckpoint,
  type TrainOptions,
  type TrainProgress,
  type TrainResult,
  train,
} from "./train";
export { type ChunkOptions, detachState, minimizeChunk } from "./truncated";
