import { ShapeError } from "@unroll/kernels";
import { formatShape, type Tensor } from "@unroll/nn";

/**
 * Features of each head of a tensor [B, T, heads·F], given by its name.
 * @param heads their number, by its name
 * @param steps the letter of its axis of steps
 * @throws ShapeError if the heads do not divide the features
 */
export function featuresOfHead(
  where: string,
  of: Readonly<Record<string, Tensor>>,
  heads: Readonly<Record<string, number>>,
  steps: "T" | "S" = "T",
): number {
  const [[what, { shape }]] = Object.entries(of) as [[string, Tensor]];
  const [[name, count]] = Object.entries(heads) as [[string, number]];
  const features = (shape[2] ?? 0) / count;
  if (Number.isInteger(features)) return features;
  const remedy = "Features of all heads lie side by side.";
  const expected = `[B, ${steps}, a multiple of ${name}, ${count}]`;
  throw new ShapeError({ where, what, expected, received: formatShape(shape), remedy });
}
