import type { Activation } from "@unroll/kernels";
import { add, div, greater, minimum, mul, sub, where } from "../../ops/arithmetic";
import { abs, clamp, exp, gelu, relu, sigmoid, softplus, tanh } from "../../ops/elementwise";
import { softmax } from "../../ops/softmax";
import type { Tensor } from "../../tensor/tensor";
import type { JsonFields } from "../json-fields";

/** Whose functions are meant: Keras 3 gave hard_sigmoid another slope, and its own layers other defaults. */
export type Dialect = "keras2" | "keras3" | "tfjs";

/** max(0, min(1, αx + 1/2)): α is 1/6 since Keras 3 (relu6(x + 3)/6), 0.2 before and in TensorFlow.js. */
const hardSlope = (dialect: Dialect): number => (dialect === "keras3" ? 1 / 6 : 0.2);

type Map = (x: Tensor) => Tensor;

/** What a layer's output goes through, by Keras's name. */
function functionsOf(dialect: Dialect): Readonly<Record<string, Map>> {
  const swish: Map = (x) => mul(x, sigmoid(x));
  return {
    linear: (x) => x,
    elu: (x) => where(greater(x, 0), x, sub(exp(minimum(x, 0)), 1)),
    exponential: exp,
    gelu,
    hard_sigmoid: (x) => clamp(add(mul(x, hardSlope(dialect)), 0.5), 0, 1),
    relu,
    sigmoid,
    silu: swish,
    softmax: (x) => softmax(x),
    softplus,
    softsign: (x) => div(x, add(abs(x), 1)),
    swish,
    tanh,
  };
}

/** What a recurrent layer's gates can be, by Keras's name. */
function cellFunctionsOf(dialect: Dialect): Readonly<Record<string, Activation>> {
  return {
    linear: { name: "linear" },
    elu: { name: "elu", alpha: 1 },
    hard_sigmoid: { name: "hardSigmoid", alpha: hardSlope(dialect), beta: 0.5 },
    relu: { name: "relu" },
    sigmoid: { name: "sigmoid" },
    softplus: { name: "softplus" },
    softsign: { name: "softsign" },
    tanh: { name: "tanh" },
  };
}

/** A name as files write it: "hardSigmoid" and "hard_sigmoid" are one, and none is "linear". */
function nameOf(config: JsonFields, key: string, fallback: string): string {
  const name = config.raw(key) === null ? "linear" : config.text(key, fallback);
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`);
}

function find<T>(config: JsonFields, key: string, name: string, known: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(known, name)) return known[name] as T;
  return config.refuse(key, `one of the activations ${Object.keys(known).join(", ")}`);
}

/** What a layer's output goes through. */
export interface NamedActivation {
  /** By the name that TensorFlow.js has for it; undefined where it has none. */
  readonly name: string | undefined;
  readonly apply: Map;
}

/** @throws ModelFormatError if there is no such activation here */
export function activationOf(config: JsonFields, key: string, dialect: Dialect): NamedActivation {
  const name = nameOf(config, key, "linear");
  const apply = find(config, key, name, functionsOf(dialect));
  const isOther = name === "exponential" || (name === "hard_sigmoid" && dialect === "keras3");
  return { name: isOther ? undefined : name === "silu" ? "swish" : name, apply };
}

/** @throws ModelFormatError if our cells have no such activation */
export function cellActivation(config: JsonFields, key: string, fallback: string, dialect: Dialect): Activation {
  return find(config, key, nameOf(config, key, fallback), cellFunctionsOf(dialect));
}

/** An activation of a cell by the name that TensorFlow.js and Keras 2 have for it, undefined where they have none. */
export function cellActivationName({ name, alpha, beta }: Activation): string | undefined {
  if (name === "hardSigmoid") return (alpha ?? 0.2) === 0.2 && (beta ?? 0.5) === 0.5 ? "hard_sigmoid" : undefined;
  if (name === "elu") return (alpha ?? 1) === 1 ? "elu" : undefined;
  return ["linear", "relu", "sigmoid", "softplus", "softsign", "tanh"].includes(name) ? name : undefined;
}
