export { Adam, type AdamOptions, AdamW } from "./adam";
export { type MinimizeOptions, Optimizer, type OptimizerOptions } from "./optimizer";
export { SGD, type SGDOptions } from "./sgd";
