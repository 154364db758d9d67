export { Adadelta, type AdadeltaOptions } from "./adadelta";
export { Adafactor, type AdafactorOptions } from "./adafactor";
export { Adagrad, type AdagradOptions } from "./adagrad";
export { Adam, type AdamOptions, AdamW } from "./adam";
export { Adamax, type AdamaxOptions } from "./adamax";
export type { AverageOptions } from "./average";
export type { ClipScope } from "./clipping-units";
export {
  type GroupRule,
  type OptimizerGroup,
  type ParameterGroup,
  type ParameterList,
  parameterGroups,
} from "./groups";
export { LAMB, type LAMBOptions } from "./lamb";
export { Lion, type LionOptions } from "./lion";
export { Nadam, type NadamOptions } from "./nadam";
export { Optimizer } from "./optimizer";
export type { AccumulateOptions, MinimizeOptions, OptimizerOptions } from "./optimizer-options";
export { type OptimizerState, OptimizerStateError } from "./optimizer-state";
export { type Plateau, type PlateauOptions, plateau } from "./plateau";
export { RMSProp, type RMSPropOptions } from "./rmsprop";
export {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseSquareRoot,
  inverseTimeDecay,
  linearSchedule,
  linearWarmup,
  multiStep,
  noam,
  oneCycle,
  piecewise,
  polynomialDecay,
  type Schedule,
  stepDecay,
} from "./schedule";
export { SGD, type SGDOptions } from "./sgd";
