export {
  FileFormatError,
  type FileFormatFacts,
  type Mismatch,
  type StateDictDifferences,
  StateDictError,
} from "./errors";
export {
  type BlockLayout,
  type Cell as GatedCell,
  fromBlocks,
  fromKernel,
  type GateSize,
  toBlocks,
  toKernel,
} from "./gate-order";
export type { HostTensor } from "./host-tensor";
export type { KerasReadOptions } from "./keras/build";
export { KerasModel, type KerasState } from "./keras/model";
export { readKeras, readTfjs, type TfjsFiles } from "./keras/read";
export { type TfjsModelFiles, type TfjsWriteOptions, writeTfjs } from "./keras/write";
export { type LoadOptions, load, type PartOptions, save } from "./model";
export {
  type CardFacts,
  type CardMetric,
  type CardModule,
  type CardSetting,
  type ModelCard,
  modelCard,
  readModelCard,
} from "./model-card";
export { ModelFormatError, type ModelFormatFacts } from "./model-format-error";
export { nonFiniteTensors } from "./non-finite";
export { exportONNX, type ONNXOptions } from "./onnx/export";
export { type ONNXWeights, readONNX } from "./onnx/read";
export {
  DEFAULT_SAFETENSORS_LIMITS,
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SafetensorsLimits,
} from "./safetensors/safetensors";
export {
  type AttentionProjections,
  type AttentionSizes,
  attentionFromTorch,
  attentionShapes,
  attentionToTorch,
  type Projection,
} from "./torch/attention";
export type { ModuleDescription, PlainDescription, RecurrentDescription } from "./torch/module-description";
export { type PyTorchOptions, toPyTorch } from "./torch/script/script";
export {
  fromTorch,
  type LoadedState,
  type ModelStateOptions,
  modelFromTorch,
  modelToTorch,
  type StateDict,
  type ToTorchOptions,
  toTorch,
} from "./torch/state-dict";
export { loadTorch, saveTorch } from "./torch-model";
export type { InputDescription, TraceOptions } from "./tracing/trace";
export { type VocabularyDifferences, VocabularyError, vocabularyMetadata } from "./vocabulary";
