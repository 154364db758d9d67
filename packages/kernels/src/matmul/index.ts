export type { MatmulOptions } from "./definition";
export { EPILOGUE_ARRAYS, type Epilogue } from "./epilogue";
export { matmul } from "./matmul";
export { matmulParts, sumParts } from "./parts";
