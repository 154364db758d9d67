import { ShapeError, ValueError } from "@unroll/kernels";
import { said } from "../said";

/** Attention weights on the host, row-major, as search returns them: `{ data, shape }`. */
export interface Weights {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * @throws ValueError if there are none
 * @throws ShapeError if the shape is not of the given extents, where they are numbers, or has not as many as there are
 * @throws ValueError if a weight is negative or no finite number
 */
export function expectWeights(
  where: string,
  weights: Weights | undefined,
  extents: readonly (number | string)[],
): void {
  if (!weights) {
    const remedy = "Pass weights: true to the search, which then returns them.";
    throw new ValueError({ where, what: "weights", expected: "attention weights", received: String(weights), remedy });
  }
  const { data, shape } = weights;
  if (!Array.isArray(shape) || typeof data !== "object") {
    const remedy =
      weights instanceof Promise ? "Await it." : "Of a tensor: { data: await weights.data(), shape: weights.shape }.";
    throw new ValueError({ where, what: "weights", expected: "{ data, shape }", received: said(weights), remedy });
  }
  const fits =
    shape.length === extents.length && extents.every((extent, i) => typeof extent === "string" || extent === shape[i]);
  const size = shape.reduce((a, b) => a * b, 1);
  const isPadded = Number(shape.at(-1)) > Number(extents.at(-1)); // a name for the extent is NaN
  if (!fits || size !== data.length || size === 0) {
    throw new ShapeError({
      where,
      what: "weights",
      expected: `[${extents.join(", ")}], a number for each`,
      received: `[${shape.join(", ")}] with ${data.length} numbers`,
      remedy: isPadded
        ? "Cut the columns to the source's length, without its padding."
        : "A row of weights belongs to each token of the target, the end included.",
    });
  }
  const bad = Array.from(data).findIndex((x) => !(x >= 0 && Number.isFinite(x)));
  if (bad < 0) return;
  const expected = "a finite number from 0";
  throw new ValueError({ where, what: `weights.data[${bad}]`, expected, received: String(data[bad]) });
}

/** @throws ValueError unless labels are lists */
export function expectLabels(where: string, lists: Readonly<Record<string, unknown>>): void {
  for (const [what, labels] of Object.entries(lists)) {
    if (Array.isArray(labels)) continue;
    const remedy = labels instanceof Promise ? "Await it." : undefined;
    throw new ValueError({ where, what, expected: "a list of labels", received: said(labels), remedy });
  }
}

/** @throws ValueError unless there may be so many side by side */
export function expectColumns(where: string, columns: number): void {
  if (Number.isInteger(columns) && columns > 0) return;
  throw new ValueError({ where, what: "columns", expected: "a positive whole number", received: String(columns) });
}

/** The largest of some weights, or 1 where all are 0. */
export function largest(weights: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i] as number);
  return most > 0 ? most : 1;
}
