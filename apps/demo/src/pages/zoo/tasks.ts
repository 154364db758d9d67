import { addingProblem, copyMemory, oneHot, type Random } from "@unroll/data";
import { crossEntropy, mseLoss, slice, type Tensor, tensor } from "@unroll/nn";

export type TaskName = "copy memory" | "adding problem";

/** Sequences, and what is to be said of them. */
export interface Examples {
  readonly x: Float32Array<ArrayBuffer>;
  readonly shape: readonly [rows: number, steps: number, features: number];
  readonly targets: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

/** A task for any model that gives [B, T, outputs] for [B, T, inputs]. */
export interface Task {
  readonly inputs: number;
  readonly outputs: number;
  draw(random: Random, rows: number): Examples;
  loss(output: Tensor, examples: Examples): Tensor;
  /** The share of answers that are right, of the values of an output. */
  score(output: ArrayLike<number>, examples: Examples): number;
}

/** What is to be remembered: so many of so many symbols. */
export const [SYMBOLS, LENGTH] = [4, 2];
/** A sum is right that is no farther off than this: who always says 1 is so in one case of five. */
export const NEAR = 0.1;

export function makeTask(name: TaskName, gap: number): Task {
  return name === "copy memory" ? copying(gap) : adding(gap);
}

/** Symbols, a gap, and then the symbols are to be said: only what is said there counts. */
function copying(gap: number): Task {
  const [classes, steps] = [SYMBOLS + 2, gap + 2 * LENGTH];
  const isAsked = (at: number) => at % steps >= steps - LENGTH;
  return {
    inputs: classes,
    outputs: classes,
    draw(random, rows) {
      const { inputs, targets } = copyMemory(random, { batchSize: rows, gap, symbols: SYMBOLS, length: LENGTH });
      const asked = targets.map((symbol, at) => (isAsked(at) ? symbol : -100)); // −100 takes no part in the loss
      return { x: oneHot(inputs, classes).data, shape: [rows, steps, classes], targets: asked };
    },
    loss: (output, { targets, shape: [rows] }) => crossEntropy(output, tensor(targets, { shape: [rows, steps] })),
    score(output, { targets }) {
      const isRight = (symbol: number, at: number) => {
        const scores = Array.from({ length: classes }, (_, k) => output[at * classes + k] ?? 0);
        return isAsked(at) && scores.indexOf(Math.max(...scores)) === symbol;
      };
      return (Array.from(targets).filter(isRight).length * steps) / (LENGTH * targets.length);
    },
  };
}

/** Two of many numbers are marked; after the last step their sum is to be said. */
function adding(gap: number): Task {
  const steps = gap + 4;
  return {
    inputs: 2,
    outputs: 1,
    draw(random, rows) {
      const { inputs, targets } = addingProblem(random, { batchSize: rows, steps });
      return { x: inputs, shape: [rows, steps, 2], targets };
    },
    loss: (output, { targets, shape: [rows] }) =>
      mseLoss(slice(output, 1, steps - 1), tensor(targets, { shape: [rows, 1, 1] })),
    score(output, { targets }) {
      const isNear = (target: number, row: number) => Math.abs((output[(row + 1) * steps - 1] ?? 0) - target) <= NEAR;
      return Array.from(targets).filter(isNear).length / targets.length;
    },
  };
}
