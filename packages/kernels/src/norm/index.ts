export { layerNorm, layerNormBackward, layerNormParameterGradients } from "./layer-norm";
