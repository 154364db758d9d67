export {
  type EpochResult,
  NonFiniteLossError,
  type TrainOptions,
  type TrainProgress,
  type TrainResult,
  train,
} from "./train";
