export {
  Conv1d,
  type Conv1dModuleOptions,
  Conv2d,
  type Conv2dModuleOptions,
} from "./convolution";
export { Dropout } from "./dropout";
export { Embedding, type EmbeddingOptions } from "./embedding";
export { GRU, type GRUOptions } from "./gru";
export { constant, glorotUniform, type Initial, normal, orthogonal, uniform } from "./init";
export { LayerNorm, type LayerNormModuleOptions } from "./layer-norm";
export { Linear, type LinearOptions } from "./linear";
export { LSTM, type LSTMOptions, type LSTMState } from "./lstm";
export { Module } from "./module";
export type { RecurrentOptions, SequenceDirection, SequenceOptions } from "./recurrent";
export { RNN, type RNNOptions } from "./rnn";
