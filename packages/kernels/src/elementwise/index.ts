export type { DType } from "./dtype";
export { type ElementwiseProgram, elementwiseKernel } from "./elementwise";
export { type ElementwiseOp, resultType } from "./op-types";
export { opRule } from "./ops";
export { broadcastShapes } from "./shapes";
