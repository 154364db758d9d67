export { conv2d, conv2dBackwardInput, conv2dBackwardWeight } from "./conv2d";
export type { ConvDims, ConvOptions } from "./definition";
