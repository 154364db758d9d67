export { accumulate, finishAccumulation } from "./accumulate";
export { adadelta } from "./adadelta";
export {
  adafactorDirection,
  adafactorFactors,
  adafactorMeans,
  adafactorScales,
  FACTOR_WORDS,
  factorCount,
  factorLines,
} from "./adafactor";
export { adagrad } from "./adagrad";
export { adam } from "./adam";
export { adamax } from "./adamax";
export { averageParameters, swapParameters } from "./average";
export { blockSquares, clipScales } from "./block-sums";
export { applyDirection } from "./direction";
export { gradientNorm, PARTIALS, sumOfSquares } from "./gradient-norm";
export { lambDirection, lambScales } from "./lamb";
export { lion } from "./lion";
export { lossScale } from "./loss-scale";
export { nadam } from "./nadam";
export { REPORT, REPORT_WORDS, readReport, reportWords, type UpdateReport } from "./report";
export { rmsprop } from "./rmsprop";
export { BLOCK, SETTINGS_WORDS } from "./settings";
export { sgd } from "./sgd";
