export { BatchNorm1d, BatchNorm2d, type BatchNormModuleOptions } from "./batch-norm";
export * from "./cells";
export { Conv1d, type Conv1dModuleOptions } from "./conv-1d";
export { Conv2d, type Conv2dModuleOptions } from "./conv-2d";
export { ConvLSTM2D, type ConvLSTM2DOptions } from "./conv-lstm-2d";
export { Dropout } from "./dropout";
export { Embedding, type EmbeddingOptions, type PretrainedOptions } from "./embedding";
export { GroupNorm, type GroupNormModuleOptions, InstanceNorm } from "./group-norm";
export { GRU, type GRUOptions } from "./gru";
export { constant, glorotUniform, type Initial, normal, orthogonal, uniform } from "./init";
export { IRNN, type IRNNOptions } from "./irnn";
export { LayerNorm, type LayerNormModuleOptions } from "./layer-norm";
export { type LayerState, LayerSteps, type LayerWeights } from "./layer-step";
export { Linear, type LinearOptions } from "./linear";
export { LSTM, type LSTMOptions, type LSTMState } from "./lstm";
export type { Merge } from "./merge";
export { Module } from "./module";
export {
  AveragePool1d,
  AveragePool2d,
  GlobalAveragePool1d,
  GlobalAveragePool2d,
  GlobalMaxPool1d,
  GlobalMaxPool2d,
  MaxPool1d,
  MaxPool2d,
  type Pool1dModuleOptions,
  type Pool2dModuleOptions,
} from "./pool";
export type { RecurrentOptions, SequenceOptions } from "./recurrent";
export { type MakeCell, Recurrent, type RecurrentCellOptions } from "./recurrent-of";
export { RMSNorm, type RMSNormModuleOptions } from "./rms-norm";
export { RNN, type RNNOptions } from "./rnn";
export type { SequenceDirection } from "./stack-options";
