import { Adam, AdamW, type Optimizer, type Parameter, SGD } from "@unroll/nn";
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

/**
 * The optimizer of ours whose rule is that of the case.
 * @throws UnsupportedCase for a rule or a setting that ours do not have
 */
export function optimizerOf(fields: Fields): MakeOptimizer {
  const name = fields.text("optimizer");
  const config = fields.fields("config");
  const rule = fields.text("update_rule", "");
  const peer = peerOf(config, fields.text("name"));
  if (name === "SGD" || name === "Momentum") return sgd(name, config, rule, peer);
  if (name === "Adam" || name === "AdamW") return adam(name, config, rule, peer);
  throw new UnsupportedCase(`no optimizer ${name}`);
}

function peerOf(config: Fields, name: string): Peer {
  const [, named] = /^(keras|tfjs|torch)_/.exec(name) ?? [];
  if (named === "keras" || named === "tfjs" || named === "torch") return named;
  if (config.has("epsilon")) return "keras";
  return config.has("eps") ? "torch" : "tfjs";
}

/** Whether weight decay shrinks the parameter apart from the gradient; Keras's always does, PyTorch's only in AdamW. */
function isDecoupled(name: string, rule: string, peer: Peer): boolean {
  if (name === "AdamW" || DECOUPLED.test(rule)) return true;
  if (L2.test(rule) || peer === "torch") return false;
  if (peer === "keras") return true;
  throw new UnsupportedCase("a kind of weight decay not stated");
}

const RATE_KEYS = ["lr", "learning_rate", "clipnorm", "clipvalue"];

function rateAndClip(config: Fields): { lr: number; clipNorm?: number; clipValue?: number } {
  return {
    lr: config.has("lr") ? config.number("lr") : config.number("learning_rate"),
    ...(config.has("clipnorm") ? { clipNorm: config.number("clipnorm") } : {}),
    ...(config.has("clipvalue") ? { clipValue: config.number("clipvalue") } : {}),
  };
}

function sgd(name: string, config: Fields, rule: string, peer: Peer): MakeOptimizer {
  config.only(...RATE_KEYS, "momentum", "nesterov", "dampening", "weight_decay");
  const [momentum, weightDecay] = [config.number("momentum", 0), config.number("weight_decay", 0)];
  // p ← p − lr·wd·p beside a plain step is the L2 penalty; beside a velocity it is not.
  if (weightDecay > 0 && momentum > 0 && isDecoupled(name, rule, peer)) {
    throw new UnsupportedCase("SGD with momentum and decoupled weight decay");
  }
  const nesterov = config.flag("nesterov", false);
  const dampening = config.number("dampening", 0);
  return (parameters) => new SGD(parameters, { ...rateAndClip(config), momentum, nesterov, dampening, weightDecay });
}

function adam(name: "Adam" | "AdamW", config: Fields, rule: string, peer: Peer): MakeOptimizer {
  config.only(
    ...[...RATE_KEYS, "beta_1", "beta_2", "beta1", "beta2", "betas", "epsilon", "eps", "weight_decay", "amsgrad"],
  );
  const [first, second] = config.numbers("betas", []);
  const beta = (index: 1 | 2, given: number | undefined, fallback: number): number =>
    given ?? config.number(`beta_${index}`, config.number(`beta${index}`, fallback));
  const weightDecay = config.number("weight_decay", name === "AdamW" ? (peer === "keras" ? 0.004 : 0.01) : 0);
  const decays = weightDecay > 0 && isDecoupled(name, rule, peer);
  const isUncorrected = EPSILON_UNCORRECTED.test(rule) || (peer === "keras" && !EPSILON_CORRECTED.test(rule));
  const options = {
    ...rateAndClip(config),
    beta1: beta(1, first, 0.9),
    beta2: beta(2, second, 0.999),
    eps: config.has("eps") ? config.number("eps") : config.number("epsilon", peer === "torch" ? 1e-8 : 1e-7),
    amsgrad: config.flag("amsgrad", false),
    weightDecay,
    epsilon: isUncorrected ? "keras" : "torch",
  } as const;
  return (parameters) => (decays ? new AdamW(parameters, options) : new Adam(parameters, options));
}
