import { normal } from "@unroll/testing";
import { type Tensor, tensor } from "..";

/** Numbers of a normal distribution, the same for a seed. */
export const draw = (shape: number[], seed: number): Tensor =>
  tensor(Float32Array.from(normal(shape, { seed }).data), { shape });
