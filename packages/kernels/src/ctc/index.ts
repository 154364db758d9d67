export { type CtcReduction, ctcGradient, ctcIndex } from "./gradient";
export { ctcPosterior } from "./posterior";
export { ctcReduce } from "./reduce";
export { rowStatistics } from "./statistics";
export { ctcBackward, ctcForward } from "./walks";
