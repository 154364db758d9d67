export { adam } from "./adam";
export { gradientNorm, PARTIALS, sumOfSquares } from "./gradient-norm";
export { lossScale } from "./loss-scale";
export { REPORT, REPORT_WORDS, readReport, reportWords, type UpdateReport } from "./report";
export { sgd } from "./sgd";
