import { float64, uniform } from "@unroll/testing";
import { ctcLoss } from "../..";
import { total } from "../arrays.reference";
import type { OpCase } from "../check-op";
import { type CTCExample, ctcLosses64 } from "../ctc.reference";

const T = 5;
const EXAMPLES: readonly (CTCExample & { why: string })[] = [
  {
    why: "all of one length",
    T,
    C: 3,
    blank: 0,
    targets: [
      [1, 2],
      [2, 1],
    ],
    inputLengths: [5, 5],
  },
  {
    why: "repeats, lengths, an empty target, blank last",
    ...{ T, C: 3, blank: 2 },
    targets: [[0, 0, 1], [1, 1], [], [0]],
    inputLengths: [5, 3, 4, 1],
  },
  {
    why: "blank amid, one that is impossible counts nothing",
    T,
    C: 3,
    blank: 1,
    targets: [[0, 0], [2]],
    inputLengths: [2, 3],
  },
];

/**
 * A step: ln softmax of logits up to 2 in size, 8ε for ln and 50ε for its sum; ln of a sum of three powers, as much again;
 * three roundings of numbers up to 12. Twice that for α and β together, and the sum that posteriors are divided by.
 */
const STEP = 2 * 58 + 3 * 12;
const ROUNDINGS = 3 * T * STEP;

export const ctcCases: readonly OpCase[] = EXAMPLES.flatMap(({ why, ...example }) =>
  (["none", "sum", "mean"] as const).map((reduction): OpCase => {
    const { targets, inputLengths, blank, C } = example;
    const B = targets.length;
    return {
      op: "ctcLoss",
      why: `${why}, ${reduction}`,
      inputs: [uniform([B, T, C], { seed: 21, low: -2, high: 2 })],
      run: (logits) => ctcLoss(logits, targets, { inputLengths, blank, reduction, zeroInfinity: true }),
      reference: (logits) => {
        const losses = ctcLosses64(logits?.data ?? [], example).map((loss) => (Number.isFinite(loss) ? loss : 0));
        if (reduction === "none") return float64([B], losses);
        if (reduction === "sum") return float64([], [total(losses)]);
        return float64([], [total(losses.map((loss, b) => loss / Math.max(1, targets[b]?.length ?? 0))) / B]);
      },
      roundings: ROUNDINGS,
    };
  }),
);
