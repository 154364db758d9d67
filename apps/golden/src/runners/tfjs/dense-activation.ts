import { relu, sigmoid, softmax, type Tensor, tanh } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";

const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  linear: (x) => x,
  relu,
  sigmoid,
  softmax: (x) => softmax(x),
  tanh,
};

/** @throws UnsupportedCase for an unknown function */
export function activationOf(name: string): (x: Tensor) => Tensor {
  const known = ACTIVATIONS[name];
  if (!known) throw new UnsupportedCase(`no activation ${name} after a dense layer`);
  return known;
}
