export { NonFiniteLossError } from "./fault";
export { type GateOverTime, type Inspection, inspect, type LayerInspection } from "./inspect";
export type { Monitor } from "./monitor";
export type { EpochResult, TrainCheckpoint, TrainOptions, TrainProgress, TrainResult } from "./options";
export { statisticsOf, type TensorStatistics } from "./statistics";
export { train } from "./train";
export { type ChunkOptions, detachState, minimizeChunk } from "./truncated";
