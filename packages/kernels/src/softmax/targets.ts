import { optional, perCall, read, ValueError } from "../core";

/*
 * What losses of class indices have in common, whether they are given logits or log-probabilities.
 */

/** How the losses of rows become what is asked for. */
export type Reduction = "none" | "sum" | "mean";

export const DIMS = { R: perCall("rows"), V: perCall("classes") };
export const OVER_ROWS = { rows: "R", length: "V" };
export const SCALARS = { ignoreIndex: "i32", smoothing: "f32" } as const;

/** A target that is `ignoreIndex`, or no class at all, takes its row out of everything. */
export const TARGET_CODE = `
    fn isClass(target_: i32) -> bool {
      return target_ != dims.ignoreIndex && target_ >= 0 && u32(target_) < dims.V;
    }`;

/** The options of a loss's backward. */
export const REDUCTION: { readonly reduction: Reduction } = { reduction: "mean" };

/** What reaches a loss from above: a number for each row, or the only one and what a mean divides by. */
export const UPSTREAM = {
  totalWeight: optional(read("f32", "1")),
  dLoss: read("f32", ({ R = 0 }, { reduction }) => [reduction === "none" ? R : 1]),
};

/** WGSL of the gradient that reaches a row's loss. */
export function upstream(where: string, reduction: Reduction, hasTotal: boolean): string {
  if (reduction === "none") return "dLoss[row]";
  if (reduction === "sum") return "dLoss[0]";
  if (!hasTotal) {
    throw new ValueError({
      where,
      what: 'binding "totalWeight"',
      expected: "given for the reduction mean",
      received: "missing",
      remedy: "Pass what reduceLoss wrote.",
    });
  }
  // all rows ignored: the mean is 0 and so is its gradient
  return "select(0.0, dLoss[0] / totalWeight[0], totalWeight[0] != 0.0)";
}
