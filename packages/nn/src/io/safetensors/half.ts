export { float32BitsOfHalf } from "@unroll/kernels";

/** The bits of the float32 equal to a bfloat16: its upper half. */
export const float32BitsOfBfloat = (bfloat: number): number => (bfloat << 16) >>> 0;
