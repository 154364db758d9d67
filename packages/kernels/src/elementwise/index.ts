export type { DType } from "./dtype";
export { type ElementwiseProgram, elementwiseKernel } from "./elementwise";
export { type ElementwiseOp, opRule, resultType } from "./ops";
export { broadcastShapes } from "./shapes";
