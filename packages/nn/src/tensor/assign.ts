import { ShapeError } from "@unroll/kernels";
import { elementwise } from "../graph/run";
import { enqueue, evaluate, submit } from "../plan/evaluate";
import { clock } from "./clock";
import type { HostData } from "./dtype";
import type { Parameter } from "./parameter";
import { expectDType, formatShape, sameShape } from "./shape";
import type { Storage } from "./storage";
import { Tensor } from "./tensor";

/**
 * Writes values into parameters, where they lie. Values that are tensors are computed first, all in one submission,
 * from the parameters as they were; so two parameters can swap.
 * @returns when the work has been submitted
 * @throws ShapeError if a value has not its parameter's shape, or not as many elements; then nothing was written
 */
export async function assign(pairs: Iterable<readonly [Parameter, Tensor | HostData]>): Promise<void> {
  const all = [...pairs];
  for (const [parameter, value] of all) check(parameter, value);
  const computed = all.filter((pair): pair is readonly [Parameter, Tensor] => pair[1] instanceof Tensor);
  // A parameter that never was on the device is brought there, so that there is a place to write to.
  const fresh = computed.filter(([{ storage }]) => !storage);
  if (fresh.length > 0) await evaluate(fresh.map(([parameter]) => elementwise("identity", [parameter])));
  const into = new Map<Tensor, Storage>();
  for (const [parameter, value] of computed) into.set(elementwise("identity", [value]), parameter.storage as Storage);
  const changes = computed.flatMap(([parameter]) => [parameter, ...(parameter.home ? [parameter.home.all] : [])]);
  const done = into.size > 0 ? submit({ roots: [...into.keys()], into, changes }) : undefined;
  const written = all.map(([parameter, value]) => (value instanceof Tensor ? done : assignHost(parameter, value)));
  await Promise.all([done, ...written]);
}

function assignHost(parameter: Parameter, data: HostData): Promise<void> {
  const { storage, variable, home } = parameter;
  const values = Float32Array.from(data);
  variable.changedAt = ++clock.now;
  if (home?.all.variable) home.all.variable.changedAt = clock.now;
  if (!storage) {
    variable.initial = values;
    return Promise.resolve();
  }
  return enqueue(storage.device, () => {
    if (values.length > 0) storage.device.upload({ ...storage.range, size: values.byteLength }, values);
  });
}

function check(parameter: Parameter, value: Tensor | HostData): void {
  parameter.assertUsable("assign");
  const what = parameter.name ?? "the parameter";
  if (value instanceof Tensor) {
    expectDType("assign", { [what]: value }, "f32");
    if (sameShape(value.shape, parameter.shape)) return;
    throw new ShapeError({
      where: "assign",
      what: `the value for ${what}`,
      expected: formatShape(parameter.shape),
      received: formatShape(value.shape),
    });
  }
  if (value.length === parameter.size) return;
  throw new ShapeError({
    where: "assign",
    what: `the values for ${what}`,
    expected: `${parameter.size}, of shape ${formatShape(parameter.shape)}`,
    received: String(value.length),
  });
}
