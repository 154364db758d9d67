import { ValueError } from "@unroll/kernels";
import { expectAtLeast } from "../ops/options";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";

/**
 * A learning rate that changes as training goes on: the rate of an update, from the number of updates before it. The
 * first update asks for `schedule(0)`. Any function will do; the ones here are pure, so that training resumed at some
 * update goes on as it would have. `plateau` is the one that remembers.
 */
export interface Schedule {
  (update: number): number;
  /** What a schedule that remembers has to be saved and restored by. */
  state?: Readonly<Record<string, number>>;
}

/** @throws ValueError unless each number is finite and more than 0 */
function expectPositive(where: string, named: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(named)) {
    if (!(Number.isFinite(value) && value > 0)) refuseValue(where, { [what]: value }, "a finite number, more than 0");
  }
}

/** A number of updates. @throws ValueError unless each is a whole number of at least `least` */
export function expectSteps(where: string, named: Readonly<Record<string, number>>, least = 1): void {
  for (const [what, value] of Object.entries(named)) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ValueError({
      where,
      what,
      expected: `a whole number of updates, at least ${least}`,
      received: String(value),
      remedy: "Count updates of the parameters, not epochs: an epoch has as many as it has batches.",
    });
  }
}

/** lr·factor^⌊t/every⌋; the factor is 0.1 by default. */
export function stepDecay(options: { lr: number; every: number; factor?: number }): Schedule {
  const { lr, every, factor = 0.1 } = expectKnown("stepDecay", options, ["lr", "every", "factor"]);
  expectAtLeast("stepDecay", { lr, factor });
  expectSteps("stepDecay", { every });
  return (t) => lr * factor ** Math.floor(t / every);
}

/**
 * lr·factor^k, k the milestones that t has reached; the factor is 0.1 by default.
 * @throws ValueError unless the milestones rise
 */
export function multiStep(options: { lr: number; milestones: readonly number[]; factor?: number }): Schedule {
  const { lr, milestones, factor = 0.1 } = expectKnown("multiStep", options, ["lr", "milestones", "factor"]);
  expectAtLeast("multiStep", { lr, factor });
  expectRising("multiStep", "milestones", milestones);
  return (t) => lr * factor ** milestones.filter((milestone) => t >= milestone).length;
}

/**
 * values[k], k the boundaries that t is past: values[0] up to and with boundaries[0], as in Keras.
 * @throws ValueError unless the boundaries rise and there is one value more
 */
export function piecewise(options: { boundaries: readonly number[]; values: readonly number[] }): Schedule {
  const { boundaries, values } = expectKnown("piecewise", options, ["boundaries", "values"]);
  expectRising("piecewise", "boundaries", boundaries);
  if (values?.length !== boundaries.length + 1) {
    refuseValue("piecewise", { values: values?.length }, `${boundaries.length + 1}, one more than boundaries`);
  }
  for (const [index, value] of values.entries()) expectAtLeast("piecewise", { [`values[${index}]`]: value });
  return (t) => values[boundaries.filter((boundary) => t > boundary).length] as number;
}

function expectRising(where: string, name: string, steps: readonly number[]): void {
  if (!Array.isArray(steps)) refuseValue(where, { [name]: steps }, "an array of numbers of updates");
  for (const [index, step] of steps.entries()) {
    expectSteps(where, { [`${name}[${index}]`]: step }, 0);
    const before = steps[index - 1];
    if (before === undefined || step > before) continue;
    refuseValue(where, { [`${name}[${index}]`]: step }, `more than ${before}, the one before`);
  }
}

interface Decay {
  lr: number;
  /** What the rate is multiplied by, or divided by, over `steps` updates. */
  factor: number;
  /** 1 by default. */
  steps?: number;
  /** Whether the rate falls at whole multiples of `steps` only; false by default. */
  staircase?: boolean;
}

/** lr·factor^(t/steps). */
export function exponentialDecay(options: Decay): Schedule {
  const {
    lr,
    factor,
    steps = 1,
    staircase = false,
  } = expectKnown("exponentialDecay", options, ["lr", "factor", "steps", "staircase"]);
  expectAtLeast("exponentialDecay", { lr, factor });
  expectSteps("exponentialDecay", { steps });
  return (t) => lr * factor ** (staircase ? Math.floor(t / steps) : t / steps);
}

/** lr/(1 + factor·t/steps). */
export function inverseTimeDecay(options: Decay): Schedule {
  const {
    lr,
    factor,
    steps = 1,
    staircase = false,
  } = expectKnown("inverseTimeDecay", options, ["lr", "factor", "steps", "staircase"]);
  expectAtLeast("inverseTimeDecay", { lr, factor });
  expectSteps("inverseTimeDecay", { steps });
  return (t) => lr / (1 + factor * (staircase ? Math.floor(t / steps) : t / steps));
}

/**
 * (lr − final)·(1 − t/steps)^power + final up to `steps`, then `final`. With `cycle` the way to `final` is stretched to the
 * next multiple of `steps` instead, so that the rate jumps up whenever one is passed. `final` is 0 and `power` 1 by default.
 */
export function polynomialDecay(options: {
  lr: number;
  steps: number;
  final?: number;
  power?: number;
  cycle?: boolean;
}): Schedule {
  const {
    lr,
    steps,
    final = 0,
    power = 1,
    cycle = false,
  } = expectKnown("polynomialDecay", options, ["lr", "steps", "final", "power", "cycle"]);
  expectAtLeast("polynomialDecay", { lr, final, power });
  expectSteps("polynomialDecay", { steps });
  return (t) => {
    const whole = cycle ? steps * Math.max(1, Math.ceil(t / steps)) : steps;
    return (lr - final) * (1 - Math.min(t, whole) / whole) ** power + final;
  };
}

/** From `from` to `to` in a straight line over `steps` updates, then `to`. */
export function linearSchedule(options: { from: number; to: number; steps: number }): Schedule {
  const { from, to, steps } = expectKnown("linearSchedule", options, ["from", "to", "steps"]);
  expectAtLeast("linearSchedule", { from, to });
  expectSteps("linearSchedule", { steps });
  return (t) => from + ((to - from) * Math.min(t, steps)) / steps;
}

/**
 * final + (lr − final)·(1 + cos(π·t/steps))/2 up to `steps`, then `final`; with `cycle` the cosine goes on, up and down
 * (Loshchilov & Hutter 2017). `final` is 0 by default.
 */
export function cosineDecay(options: { lr: number; steps: number; final?: number; cycle?: boolean }): Schedule {
  const {
    lr,
    steps,
    final = 0,
    cycle = false,
  } = expectKnown("cosineDecay", options, ["lr", "steps", "final", "cycle"]);
  expectAtLeast("cosineDecay", { lr, final });
  expectSteps("cosineDecay", { steps });
  return (t) => cosine(lr, final, (cycle ? t : Math.min(t, steps)) / steps);
}

const cosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/**
 * Cosines that start anew, SGDR (Loshchilov & Hutter 2017): the first falls over `steps` updates, each next one takes
 * `growth` times as many, 2 by default, and starts at `shrink` times the height, 1 by default. `final` is 0 by default.
 */
export function cosineRestarts(options: {
  lr: number;
  steps: number;
  growth?: number;
  shrink?: number;
  final?: number;
}): Schedule {
  const {
    lr,
    steps,
    growth = 2,
    shrink = 1,
    final = 0,
  } = expectKnown("cosineRestarts", options, ["lr", "steps", "growth", "shrink", "final"]);
  expectAtLeast("cosineRestarts", { lr, final, shrink });
  expectAtLeast("cosineRestarts", { growth }, 1);
  expectSteps("cosineRestarts", { steps });
  return (t) => {
    let [restarts, length, within] = [0, steps, t];
    if (growth === 1) [restarts, within] = [Math.floor(t / steps), t % steps];
    else {
      while (within >= length) {
        within -= length;
        length *= growth;
        restarts++;
      }
    }
    return cosine((lr - final) * shrink ** restarts + final, final, within / length);
  };
}

/**
 * From `from`, 0 by default, in a straight line to where `schedule` begins, over `steps` updates; then the schedule, which
 * counts from there.
 * @param schedule a number for a rate that stays
 */
export function linearWarmup(schedule: Schedule | number, options: { steps: number; from?: number }): Schedule {
  const { steps, from = 0 } = expectKnown("linearWarmup", options, ["steps", "from"]);
  expectAtLeast("linearWarmup", { from });
  expectSteps("linearWarmup", { steps }, 0);
  const after: Schedule = typeof schedule === "number" ? constant(schedule) : schedule;
  const warm = (t: number): number => (t < steps ? from + ((after(0) - from) * t) / steps : after(t - steps));
  // Its state is that of the schedule it wraps.
  return Object.defineProperty(warm, "state", {
    get: () => after.state,
    set: (state: Readonly<Record<string, number>>) => {
      if (after.state) after.state = state;
    },
  });
}

function constant(lr: number): Schedule {
  expectAtLeast("linearWarmup", { "the rate": lr });
  return () => lr;
}

/** lr·min(t/warmup, √(warmup/t)), t counted from 1: it rises to `lr` over `warmup` updates and falls with the root of their number. */
export function inverseSquareRoot(options: { lr: number; warmup: number }): Schedule {
  const { lr, warmup } = expectKnown("inverseSquareRoot", options, ["lr", "warmup"]);
  expectAtLeast("inverseSquareRoot", { lr });
  expectSteps("inverseSquareRoot", { warmup });
  return (t) => lr * Math.min((t + 1) / warmup, Math.sqrt(warmup / (t + 1)));
}

/** factor·size^−½·min(t^−½, t·warmup^−3/2), t counted from 1 (Vaswani et al. 2017, section 5.3); the factor is 1 by default. */
export function noam(options: { size: number; warmup: number; factor?: number }): Schedule {
  const { size, warmup, factor = 1 } = expectKnown("noam", options, ["size", "warmup", "factor"]);
  expectAtLeast("noam", { factor });
  expectPositive("noam", { size });
  expectSteps("noam", { warmup });
  return (t) => factor * size ** -0.5 * Math.min((t + 1) ** -0.5, (t + 1) * warmup ** -1.5);
}

/**
 * One cycle (Smith & Topin 2018), as PyTorch has it: a cosine from lr/divide up to `lr` over the first `rise` of the
 * updates, then one down to lr/divide/finalDivide at the last. By default `rise` is 0.3, `divide` 25 and `finalDivide` 10⁴, as
 * there.
 */
export function oneCycle(options: {
  lr: number;
  steps: number;
  rise?: number;
  divide?: number;
  finalDivide?: number;
}): Schedule {
  const {
    lr,
    steps,
    rise = 0.3,
    divide = 25,
    finalDivide = 1e4,
  } = expectKnown("oneCycle", options, ["lr", "steps", "rise", "divide", "finalDivide"]);
  expectAtLeast("oneCycle", { lr });
  expectPositive("oneCycle", { divide, finalDivide });
  expectSteps("oneCycle", { steps });
  if (!(rise > 0 && rise < 1)) {
    refuseValue("oneCycle", { rise }, "between 0 and 1");
  }
  const top = rise * steps - 1;
  const [start, end] = [lr / divide, lr / divide / finalDivide];
  return (t) => {
    if (t < top) return cosine(start, lr, t / top);
    return cosine(lr, end, Math.min(1, (t - top) / (steps - 1 - top)));
  };
}
