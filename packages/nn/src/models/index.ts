export { type LossOfTokens, type OneOrMany, perplexityOf } from "./batches";
export type { ModelCellOptions, ModelState, SequenceCell } from "./cells";
export { expectBatch, expectIds } from "./checks";
export {
  type Drawing,
  drawTokens,
  expectDrawing,
  expectPrompts,
  expectToken,
  type GenerateOptions,
  type TokenStep,
} from "./draw-tokens";
export { LanguageModel, type LanguageModelOptions } from "./language-model";
export type { Pooling } from "./pooling";
export { type AutoencoderOptions, type ScoreOptions, SequenceAutoencoder } from "./sequence-autoencoder";
export { SequenceClassifier, type SequenceClassifierOptions } from "./sequence-classifier";
export { type GeneratorBatch, SequenceGenerator, type SequenceGeneratorOptions } from "./sequence-generator";
export {
  type InputOptions,
  type ModelLengths,
  type ReadOptions,
  type SequenceBatch,
  SequenceModel,
  type SequenceModelOptions,
} from "./sequence-model";
export { SequenceRegressor, type SequenceRegressorOptions } from "./sequence-regressor";
export { SequenceTagger, type SequenceTaggerOptions } from "./sequence-tagger";
