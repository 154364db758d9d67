export type { MatmulOptions } from "./definition";
export { matmul } from "./matmul";
export { matmulParts, sumParts } from "./parts";
