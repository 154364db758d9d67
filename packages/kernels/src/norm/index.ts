export {
  type BatchNormOptions,
  batchNorm,
  batchNormBackward,
  batchNormGradients,
  batchNormStatistics,
} from "./batch-norm";
export { layerNorm, layerNormBackward, layerNormParameterGradients } from "./layer-norm";
export { rmsNorm, rmsNormBackward } from "./rms-norm";
