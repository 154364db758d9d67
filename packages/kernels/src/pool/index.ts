export { averagePool, averagePoolBackward, maxPool, maxPoolBackward, type PoolDims, type PoolOptions } from "./pool";
