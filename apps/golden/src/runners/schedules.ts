import {
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseTimeDecay,
  linearSchedule,
  linearWarmup,
  noam,
  piecewise,
  polynomialDecay,
  type Schedule,
  stepDecay,
} from "@unroll/nn";
import { type Check, UnsupportedCase } from "../compare";
import { ABOUT, type Fields } from "../fields";

/** Ours by the name that a case has for it. */
const SCHEDULES: ReadonlyMap<string, (config: Fields) => Schedule> = new Map([
  ["ExponentialDecay", (config) => exponentialDecay({ ...decayOf(config) })],
  ["InverseTimeDecay", (config) => inverseTimeDecay({ ...decayOf(config) })],
  ["PiecewiseConstantDecay", piecewiseOf],
  ["PolynomialDecay", polynomialOf],
  ["CosineDecay", cosineOf],
  ["CosineDecayRestarts", restartsOf],
  ["Linear", linearOf],
  [
    "Exponential",
    (config) => exponentialDecay({ lr: rateOf(config.only("initial_lr", "gamma")), factor: config.number("gamma") }),
  ],
  ["Step", stepOf],
  ["CosineAnnealing", annealingOf],
  ["Noam", noamOf],
] satisfies [string, (config: Fields) => Schedule][]);

/** Rates at the steps that a case states; `call` counts from 1. */
export async function runSchedule(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "schedule", "config", "points", "atol", "rtol");
  const name = fields.text("schedule");
  const make = SCHEDULES.get(name);
  if (!make) throw new UnsupportedCase(`no schedule ${name}`);
  const schedule = make(fields.fields("config"));
  const points = fields.list("points").map((point) => {
    point.only("step", "call", "lr");
    const step = point.has("step") ? point.number("step") : point.number("call") - 1;
    return { step, lr: point.number("lr") };
  });
  const numbers = (of: (point: { step: number; lr: number }) => number): number[] => points.map(of);
  return [
    {
      what: "lr",
      actual: { shape: [points.length], data: numbers(({ step }) => schedule(step)) },
      expected: { dtype: "float64", shape: [points.length], data: Float64Array.from(numbers(({ lr }) => lr)) },
      tolerance: fields.tolerance(),
    },
  ];
}

const rateOf = (config: Fields): number =>
  config.has("initial_lr") ? config.number("initial_lr") : config.number("initial_learning_rate");

function decayOf(config: Fields): { lr: number; factor: number; steps: number; staircase: boolean } {
  config.only("initial_learning_rate", "decay_steps", "decay_rate", "staircase");
  return {
    lr: rateOf(config),
    factor: config.number("decay_rate"),
    steps: config.number("decay_steps"),
    staircase: config.flag("staircase", false),
  };
}

function piecewiseOf(config: Fields): Schedule {
  config.only("boundaries", "values");
  return piecewise({ boundaries: config.numbers("boundaries"), values: config.numbers("values") });
}

function polynomialOf(config: Fields): Schedule {
  config.only("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle");
  return polynomialDecay({
    lr: rateOf(config),
    steps: config.number("decay_steps"),
    final: config.number("end_learning_rate", 1e-4),
    power: config.number("power", 1),
    cycle: config.flag("cycle", false),
  });
}

/** Keras's, whose alpha is a share of where the cosine begins. */
function cosineOf(config: Fields): Schedule {
  config.only("initial_learning_rate", "decay_steps", "alpha", "warmup_target", "warmup_steps");
  const target = config.raw("warmup_target") === null ? undefined : config.raw("warmup_target");
  const lr = target === undefined ? rateOf(config) : config.number("warmup_target");
  const decay = cosineDecay({ lr, steps: config.number("decay_steps"), final: config.number("alpha", 0) * lr });
  if (target === undefined) return decay;
  return linearWarmup(decay, { steps: config.number("warmup_steps", 0), from: rateOf(config) });
}

function restartsOf(config: Fields): Schedule {
  config.only("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha");
  const [lr, alpha] = [rateOf(config), config.number("alpha", 0)];
  const [growth, shrink] = [config.number("t_mul", 2), config.number("m_mul", 1)];
  return cosineRestarts({ lr, steps: config.number("first_decay_steps"), growth, shrink, final: alpha * lr });
}

function linearOf(config: Fields): Schedule {
  config.only("initial_lr", "final_lr", "num_iters");
  return linearSchedule({ from: rateOf(config), to: config.number("final_lr"), steps: config.number("num_iters") });
}

function stepOf(config: Fields): Schedule {
  config.only("initial_lr", "step_size", "gamma");
  return stepDecay({ lr: rateOf(config), every: config.number("step_size"), factor: config.number("gamma", 0.1) });
}

/** burn's, which goes up again. */
function annealingOf(config: Fields): Schedule {
  config.only("initial_lr", "min_lr", "num_iters");
  return cosineDecay({
    lr: rateOf(config),
    steps: config.number("num_iters"),
    final: config.number("min_lr", 0),
    cycle: true,
  });
}

function noamOf(config: Fields): Schedule {
  config.only("initial_lr", "init_lr", "factor", "warmup_steps", "model_size");
  const factor = config.number("factor", config.number("init_lr", config.number("initial_lr", 1)));
  return noam({ factor, warmup: config.number("warmup_steps"), size: config.number("model_size") });
}
