import { expectModule, type Module } from "../modules/module";
import type { Parameter } from "../tensor/parameter";
import type { HostTensor } from "./host-tensor";

/** All that a file keeps of a model: parameters, then buffers. */
export function stateOf(model: Module, which: { tied?: boolean } = {}): Map<string, Parameter> {
  return new Map([...model.namedParameters(which), ...model.namedBuffers(which)]);
}

/** All of that on the host, by path. */
export async function readParameters(model: Module, which: { tied?: boolean } = {}): Promise<Map<string, HostTensor>> {
  expectModule("save", model);
  const named = [...stateOf(model, which)];
  const values = await Promise.all(named.map(([, parameter]) => parameter.data()));
  return new Map(
    named.map(([name, { shape }], index) => [name, { dtype: "f32", shape, data: values[index] as HostTensor["data"] }]),
  );
}
