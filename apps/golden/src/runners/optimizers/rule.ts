import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  inverseTimeDecay,
  LAMB,
  Lion,
  Nadam,
  type Optimizer,
  type OptimizerOptions,
  type Parameter,
  RMSProp,
  SGD,
} from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";

/** Makes the optimizer that a case states, over given parameters. */
export type MakeOptimizer = (parameters: readonly Parameter[]) => Optimizer;

/** Who wrote the update rule: they place ε and weight decay differently, and name their settings differently. */
type Peer = "keras" | "tfjs" | "torch";

const DECOUPLED = /decoupled/i;
const L2 = /\bL2\b|added to the gradient|g \+= wd\*p/i;
const EPSILON_UNCORRECTED = /not bias-corrected|epsilon-hat/i;
const EPSILON_CORRECTED = /v_hat\) ?\+ ?eps|sqrt\(1-b2\^t\) ?\+ ?eps/i;
const EPSILON_INSIDE = /sqrt\([a-z]\+eps\)|den = |sqrt\(den\)/i;
const EPSILON_OUTSIDE = /sqrt\([a-z]\) ?\+ ?eps/i;

/** What a case says, read as its peer means it. */
interface Stated {
  readonly name: string;
  readonly config: Fields;
  readonly rule: string;
  readonly peer: Peer;
}

type Make = (stated: Stated, common: OptimizerOptions) => MakeOptimizer;

/** Our rule by the name that a case has for it, in lower case. */
const RULES: ReadonlyMap<string, Make> = new Map([
  ["sgd", sgd],
  ["momentum", sgd],
  ["nesterov", sgd],
  ["adam", adam],
  ["adamw", adam],
  ["adagrad", adagrad],
  ["adadelta", adadelta],
  ["rmsprop", rmsprop],
  ["adamax", adamax],
  ["nadam", nadam],
  ["lion", lion],
  ["lamb", lamb],
  ["adafactor", adafactor],
]);

/**
 * The optimizer of ours whose rule is that of the case.
 * @throws UnsupportedCase for a rule or a setting that ours do not have
 */
export function optimizerOf(fields: Fields): MakeOptimizer {
  const name = fields.text("optimizer");
  const config = fields.fields("config");
  const stated = { name, config, rule: fields.text("update_rule", ""), peer: peerOf(config, fields.text("name")) };
  const make = RULES.get(name.toLowerCase());
  if (!make) throw new UnsupportedCase(`no optimizer ${name}`);
  return make(stated, commonOf(stated));
}

function peerOf(config: Fields, name: string): Peer {
  const [, named] = /^(keras|tfjs|torch)_/.exec(name) ?? [];
  if (named === "keras" || named === "tfjs" || named === "torch") return named;
  if (config.has("epsilon")) return "keras";
  return config.has("eps") ? "torch" : "tfjs";
}

/** Rules whose decay is apart from the gradient whoever wrote them. */
const ALWAYS_DECOUPLED = ["adamw", "lion", "adafactor"];

/** Whether weight decay shrinks the parameter apart from the gradient; Keras's always does, PyTorch's only in some rules. */
function isDecoupled({ name, rule, peer }: Stated): boolean {
  if (ALWAYS_DECOUPLED.includes(name.toLowerCase()) || DECOUPLED.test(rule)) return true;
  if (L2.test(rule) || peer === "torch") return false;
  if (peer === "keras") return true;
  throw new UnsupportedCase("a kind of weight decay not stated");
}

const COMMON_KEYS = ["lr", "learning_rate", "clipnorm", "global_clipnorm", "clipvalue", "weight_decay"];

/** What all rules have: rate, decay and clipping. Keras's clipnorm is of each parameter by itself. */
function commonOf(stated: Stated): OptimizerOptions {
  const { name, config, peer } = stated;
  const byDefault = name.toLowerCase() === "adamw" ? (peer === "keras" ? 0.004 : 0.01) : 0;
  const weightDecay = config.raw("weight_decay") === null ? 0 : config.number("weight_decay", byDefault);
  return {
    lr: config.has("lr") ? config.number("lr") : config.number("learning_rate"),
    weightDecay,
    ...(weightDecay > 0 ? { decay: isDecoupled(stated) ? "decoupled" : "l2" } : {}),
    ...(config.has("clipnorm") ? { clipNorm: config.number("clipnorm"), clipScope: "parameter" } : {}),
    ...(config.has("global_clipnorm") ? { clipNorm: config.number("global_clipnorm") } : {}),
    ...(config.has("clipvalue") ? { clipValue: config.number("clipvalue") } : {}),
  };
}

const epsOf = ({ config, peer }: Stated, keras = 1e-7, torch = 1e-8): number =>
  config.has("eps") ? config.number("eps") : config.number("epsilon", peer === "torch" ? torch : keras);

/** Whether ε is under the root, as Keras and TensorFlow.js have it, unless the rule says otherwise. */
function insideRoot({ rule, peer }: Stated): boolean {
  if (EPSILON_OUTSIDE.test(rule)) return false;
  return EPSILON_INSIDE.test(rule) || peer !== "torch";
}

/** β₁ or β₂, under any of the names that it has. */
function betaOf({ config }: Stated, index: 1 | 2, fallback: number): number {
  const given = config.has("betas") ? config.numbers("betas")[index - 1] : undefined;
  return given ?? config.number(`beta_${index}`, config.number(`beta${index}`, fallback));
}

const BETA_KEYS = ["beta_1", "beta_2", "beta1", "beta2", "betas"];

function sgd({ config, peer }: Stated, common: OptimizerOptions): MakeOptimizer {
  config.only(...COMMON_KEYS, "momentum", "nesterov", "dampening");
  const options = {
    ...common,
    momentum: config.number("momentum", 0),
    nesterov: config.flag("nesterov", false),
    dampening: config.number("dampening", 0),
    velocity: peer === "keras" ? "steps" : "gradients",
  } as const;
  return (parameters) => new SGD(parameters, options);
}

function adam(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, rule, peer } = stated;
  config.only(...COMMON_KEYS, ...BETA_KEYS, "epsilon", "eps", "amsgrad");
  const isUncorrected = EPSILON_UNCORRECTED.test(rule) || (peer === "keras" && !EPSILON_CORRECTED.test(rule));
  const options = {
    ...common,
    beta1: betaOf(stated, 1, 0.9),
    beta2: betaOf(stated, 2, 0.999),
    eps: epsOf(stated),
    amsgrad: config.flag("amsgrad", false),
    epsilon: isUncorrected ? "keras" : "torch",
  } as const;
  return (parameters) =>
    common.decay === "decoupled" ? new AdamW(parameters, options) : new Adam(parameters, options);
}

function adagrad(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, peer } = stated;
  config.only(...COMMON_KEYS, "initial_accumulator_value", "initial_accumulator", "epsilon", "eps", "lr_decay");
  const byDefault = peer === "torch" ? 0 : 0.1;
  const options = {
    ...common,
    initial: config.number("initial_accumulator_value", config.number("initial_accumulator", byDefault)),
    lrDecay: config.number("lr_decay", 0),
    eps: epsOf(stated, 1e-7, 1e-10),
    epsilon: insideRoot(stated) ? "keras" : "torch",
  } as const;
  return (parameters) => new Adagrad(parameters, options);
}

function adadelta(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, peer } = stated;
  config.only(...COMMON_KEYS, "rho", "epsilon", "eps");
  const rho = config.number("rho", peer === "torch" ? 0.9 : 0.95);
  const options = { ...common, rho, eps: epsOf(stated, 1e-7, 1e-6) };
  return (parameters) => new Adadelta(parameters, options);
}

function rmsprop(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, peer } = stated;
  config.only(...COMMON_KEYS, "rho", "alpha", "decay", "epsilon", "eps", "momentum", "centered");
  const options = {
    ...common,
    rho: config.number("rho", config.number("alpha", config.number("decay", peer === "torch" ? 0.99 : 0.9))),
    eps: epsOf(stated),
    momentum: config.number("momentum", 0),
    centered: config.flag("centered", false),
    epsilon: insideRoot(stated) ? "keras" : "torch",
    velocity: peer === "torch" ? "gradients" : "steps",
  } as const;
  return (parameters) => new RMSProp(parameters, options);
}

/** TensorFlow.js's has a `decay` of the rate, lr/(1 + decay·t). */
function adamax(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, peer } = stated;
  config.only(...COMMON_KEYS, ...BETA_KEYS, "epsilon", "eps", "decay");
  const betas = { beta1: betaOf(stated, 1, 0.9), beta2: betaOf(stated, 2, 0.999) };
  const lr = inverseTimeDecay({ lr: config.number("learning_rate", 0), factor: config.number("decay", 0), steps: 1 });
  const rate = config.has("decay") ? { lr } : {};
  const epsilon = peer === "torch" ? "torch" : "keras";
  const options = { ...common, ...rate, ...betas, eps: epsOf(stated), epsilon } as const;
  return (parameters) => new Adamax(parameters, options);
}

function nadam(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  const { config, peer } = stated;
  config.only(...COMMON_KEYS, ...BETA_KEYS, "epsilon", "eps", "momentum_decay", "schedule_decay");
  const byDefault = peer === "torch" ? 0.004 : 1;
  const options = {
    ...common,
    beta1: betaOf(stated, 1, 0.9),
    beta2: betaOf(stated, 2, 0.999),
    eps: epsOf(stated),
    momentumDecay: config.number("momentum_decay", config.number("schedule_decay", byDefault)),
  };
  return (parameters) => new Nadam(parameters, options);
}

function lion(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  stated.config.only(...COMMON_KEYS, ...BETA_KEYS);
  const options = { ...common, beta1: betaOf(stated, 1, 0.9), beta2: betaOf(stated, 2, 0.99) };
  return (parameters) => new Lion(parameters, options);
}

function lamb(stated: Stated, common: OptimizerOptions): MakeOptimizer {
  stated.config.only(...COMMON_KEYS, ...BETA_KEYS, "epsilon", "eps");
  const betas = { beta1: betaOf(stated, 1, 0.9), beta2: betaOf(stated, 2, 0.999) };
  const options = { ...common, ...betas, eps: epsOf(stated, 1e-7, 1e-6) };
  return (parameters) => new LAMB(parameters, options);
}

function adafactor({ config }: Stated, common: OptimizerOptions): MakeOptimizer {
  config.only(...COMMON_KEYS, "beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step");
  const options = {
    ...common,
    beta2Decay: config.number("beta_2_decay", -0.8),
    eps1: config.number("epsilon_1", 1e-30),
    eps2: config.number("epsilon_2", 1e-3),
    threshold: config.number("clip_threshold", 1),
    relativeStep: config.flag("relative_step", true),
  };
  return (parameters) => new Adafactor(parameters, options);
}
