export { indexChains } from "./chains";
export { type CumSumOptions, cumSum } from "./cum-sum";
export { flatIndices } from "./flat-index";
export { type GatherOptions, gather } from "./gather";
export { iota } from "./iota";
export { type IndexLayout, NO_PLACE } from "./places";
export { type ScatterOptions, type ScatterReduction, scatter } from "./scatter";
export { type TopKOptions, topK } from "./top-k";
