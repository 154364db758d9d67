import { expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** How many examples of a toy task, and how long. */
export interface TaskSize {
  /** B */
  batchSize: number;
  /** T */
  steps: number;
}

/** Examples with a number as answer. */
export interface RegressionTask {
  /** [B, T, F] */
  inputs: Float32Array<ArrayBuffer>;
  /** The shape of `inputs`. */
  inputShape: [rows: number, steps: number, features: number];
  targets: Float32Array<ArrayBuffer>;
  targetShape: number[];
}

/** Examples with a class as answer. */
export interface ClassTask {
  /** [B, T, F] */
  inputs: Float32Array<ArrayBuffer>;
  /** The shape of `inputs`. */
  inputShape: [rows: number, steps: number, features: number];
  /** Class numbers. */
  targets: Int32Array<ArrayBuffer>;
  targetShape: number[];
}

/**
 * The adding problem (Hochreiter & Schmidhuber 1997; as Le, Jaitly & Hinton 2015 have it): of each step's two numbers
 * the first is drawn from [0, 1) and the second marks two steps, one in each half, whose numbers are to be added. To say
 * always 1 gives a mean squared error of 1/6 = 0.1667.
 *
 * @returns inputs [B, T, 2], targets [B, 1]
 * @throws TaskError if there are fewer than two steps
 */
export function addingProblem(random: Random, size: TaskSize): RegressionTask {
  const { batchSize, steps } = expectSize("addingProblem", size, { least: 2 });
  const inputs = new Float32Array(batchSize * steps * 2);
  const half = Math.floor(steps / 2);
  const targets = Float32Array.from({ length: batchSize }, (_, row) => {
    for (let t = 0; t < steps; t++) inputs[2 * (row * steps + t)] = random.uniform();
    const marked = [random.below(half), half + random.below(steps - half)];
    for (const t of marked) inputs[2 * (row * steps + t) + 1] = 1;
    return marked.reduce((sum, t) => sum + (inputs[2 * (row * steps + t)] ?? 0), 0);
  });
  return { inputs, inputShape: [batchSize, steps, 2], targets, targetShape: [batchSize, 1] };
}

/**
 * The sum so far: each step brings −1, 0 or 1, and the answer at each is the sum of all until then.
 *
 * @returns inputs [B, T, 1], targets [B, T, 1]
 */
export function runningSum(random: Random, size: TaskSize): RegressionTask {
  const { batchSize, steps } = expectSize("runningSum", size);
  const inputs = Float32Array.from({ length: batchSize * steps }, () => random.below(3) - 1);
  let sum = 0;
  const targets = inputs.map((value, at) => {
    sum = at % steps === 0 ? value : sum + value;
    return sum;
  });
  return { inputs, inputShape: [batchSize, steps, 1], targets, targetShape: [batchSize, steps, 1] };
}

/**
 * Parity: each step brings a bit, and the answer at each is whether the ones until then are odd in number. No step can be
 * left out, and the last answer alone gives no hint of the ones before.
 *
 * @returns inputs [B, T, 1], targets [B, T] of classes 0 and 1
 */
export function parity(random: Random, size: TaskSize): ClassTask {
  const { batchSize, steps } = expectSize("parity", size);
  const inputs = Float32Array.from({ length: batchSize * steps }, () => random.below(2));
  let odd = 0;
  const targets = Int32Array.from(inputs, (bit, at) => {
    odd = at % steps === 0 ? bit : odd ^ bit;
    return odd;
  });
  return { inputs, inputShape: [batchSize, steps, 1], targets, targetShape: [batchSize, steps] };
}

/**
 * The long gap, or latch (Bengio, Simard & Frasconi 1994): the first step says the class, 1 or −1, and all others are
 * noise from [−noise, noise); the class is to be told after the last.
 *
 * @param options.noise 0.5 when absent
 * @returns inputs [B, T, 1], targets [B] of classes 0 and 1
 * @throws TaskError if the noise is none or reaches the signal
 */
export function longGap(random: Random, options: TaskSize & { noise?: number }): ClassTask {
  const { batchSize, steps, noise = 0.5 } = expectSize("longGap", options, { own: ["noise"] });
  if (!(noise >= 0 && noise < 1)) {
    throw new TaskError({
      where: "longGap",
      expected: "noise from 0 to less than 1, the size of the signal",
      actual: String(noise),
      remedy: "Pass such as { noise: 0.5 }.",
    });
  }
  const inputs = Float32Array.from({ length: batchSize * steps }, () => noise * (2 * random.uniform() - 1));
  const targets = Int32Array.from({ length: batchSize }, (_, row) => {
    const label = random.below(2);
    inputs[row * steps] = label === 1 ? 1 : -1;
    return label;
  });
  return { inputs, inputShape: [batchSize, steps, 1], targets, targetShape: [batchSize] };
}

/** Sequences of classes as input and as answer. */
export interface SymbolTask {
  /** [B, T], class numbers from 0 to `classes` − 1. */
  inputs: Int32Array<ArrayBuffer>;
  /** [B, T] */
  targets: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
  classes: number;
}

/**
 * Copy memory (Hochreiter & Schmidhuber 1997; as Arjovsky, Shah & Bengio 2016 have it): `length` symbols out of
 * `symbols`, `gap` − 1 blanks, a signal, and `length` blanks, during which the symbols are to be said again; before that,
 * the answer is blank. Blank is class 0, symbols are 1 to `symbols`, the signal is the last. A model that says blanks and
 * then guesses has a mean cross-entropy of length·ln(symbols)/(gap + 2·length).
 *
 * @param options.symbols 8 when absent
 * @param options.length 10 when absent
 * @returns inputs and targets [B, gap + 2·length]
 */
export function copyMemory(
  random: Random,
  options: { batchSize: number; gap: number; symbols?: number; length?: number },
): SymbolTask {
  expectOptions(TaskError, "copyMemory", options, ["batchSize", "gap", "symbols", "length"]);
  const { batchSize, gap, symbols = 8, length = 10 } = options;
  expectWhole(TaskError, "copyMemory", { batchSize, gap, symbols, length });
  const steps = gap + 2 * length;
  const [inputs, targets] = [new Int32Array(batchSize * steps), new Int32Array(batchSize * steps)];
  for (let row = 0; row < batchSize; row++) {
    for (let at = 0; at < length; at++) {
      const symbol = 1 + random.below(symbols);
      inputs[row * steps + at] = symbol;
      targets[row * steps + length + gap + at] = symbol;
    }
    inputs[row * steps + length + gap - 1] = symbols + 1;
  }
  return { inputs, targets, shape: [batchSize, steps], classes: symbols + 2 };
}

/** @param own names of what a task takes beside its size */
export function expectSize<Size extends TaskSize>(
  where: string,
  size: Size,
  { least = 1, own = [] }: { least?: number; own?: readonly string[] } = {},
): Size {
  expectOptions(TaskError, where, size, ["batchSize", "steps", ...own]);
  const { batchSize, steps } = size;
  expectWhole(TaskError, where, { batchSize });
  expectWhole(TaskError, where, { steps }, { least });
  return size;
}
