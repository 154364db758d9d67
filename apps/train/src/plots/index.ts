export { type ConfusionMatrixOptions, confusionMatrix } from "./confusion-matrix";
export { type LossCurveOptions, type LossPoint, lossCurve } from "./loss-curve";
