import { expectModule, type Module } from "../modules/module";
import { assign } from "../tensor/assign";
import type { Parameter } from "../tensor/parameter";
import { formatShape } from "../tensor/shape";
import { type Mismatch, StateDictError } from "./errors";
import type { HostTensor } from "./host-tensor";
import { stateOf } from "./parameters";

/** Fills a model with what a file held. @throws StateDictError naming what does not fit; the model is then unchanged */
export async function writeParameters(
  where: string,
  model: Module,
  tensors: ReadonlyMap<string, HostTensor>,
  which: { tied?: boolean } = {},
): Promise<void> {
  expectModule(where, model);
  const named = stateOf(model, which);
  expectSameTensors(where, named, tensors);
  await assign([...named].map(([name, parameter]) => [parameter, (tensors.get(name) as HostTensor).data] as const));
}

/** @throws StateDictError unless there is a tensor of the right shape and dtype for each parameter, and no other */
export function expectSameTensors(
  where: string,
  named: ReadonlyMap<string, Parameter>,
  tensors: ReadonlyMap<string, HostTensor>,
): void {
  const missing = [...named.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !named.has(name));
  const mismatched: Mismatch[] = [];
  for (const [name, { shape }] of named) {
    const found = tensors.get(name);
    const expected = `f32 ${formatShape(shape)}`;
    const received = found ? `${found.dtype} ${formatShape(found.shape)}` : expected;
    if (received !== expected) mismatched.push({ name, expected, received });
  }
  if (missing.length + unexpected.length + mismatched.length === 0) return;
  throw new StateDictError(where, "the file does not fit the model", "The model was left as it was.", {
    missing,
    unexpected,
    mismatched,
  });
}
