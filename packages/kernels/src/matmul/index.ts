export type { MatmulOptions, MatrixType } from "./definition";
export { matmul } from "./matmul";
export { matmulParts, sumParts } from "./parts";
