import type { HostTensor } from "../io/host-tensor";
import type { Optimizer } from "../optim/optimizer";
import type { OptimizerState } from "../optim/optimizer-state";
import { CheckpointError } from "./errors";
import type { SavedOptimizer } from "./saved";

/** The state that `saveCheckpoint` took apart. @throws CheckpointError if the file lacks a part, or the parameters differ */
export function decodeOptimizer(
  saved: SavedOptimizer,
  { parameters }: Optimizer,
  names: readonly string[],
  tensors: ReadonlyMap<string, HostTensor>,
): OptimizerState {
  expectFields(saved);
  const here = names.slice(0, parameters.length);
  const at = here.findIndex((name, k) => name !== saved.parameters[k]);
  if (at >= 0 || here.length !== saved.parameters.length) {
    const k = at >= 0 ? at : here.length;
    refuse(`parameter ${k} of the optimizer`, saved.parameters[k] ?? "none", here[k] ?? "none");
  }
  const values = (name: string): Float32Array<ArrayBuffer> => {
    const found = tensors.get(name);
    if (!found) refuse(`the tensor optimizer.${name}`, "in the file", "missing");
    return Float32Array.from(found.data);
  };
  const { kind, updates, accumulated, swapped, schedules, slots, whole } = saved;
  return {
    kind,
    updates,
    accumulated,
    swapped,
    schedules,
    slots: new Map(slots.map((slot) => [slot, here.map((name) => values(`${slot}.${name}`))])),
    whole: new Map(whole.map((slot) => [slot, values(slot)])),
    report: Uint32Array.from(tensors.get("report")?.data ?? []),
  };
}

/** A file may say anything. */
function expectFields(saved: SavedOptimizer): void {
  const { kind, updates, accumulated, swapped, schedules, parameters, slots, whole } = saved;
  const areNames = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === "string");
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const sound =
    typeof kind === "string" &&
    isCount(updates) &&
    isCount(accumulated?.count) &&
    Number.isFinite(accumulated.weight) &&
    typeof accumulated.scaled === "boolean" &&
    typeof swapped === "boolean" &&
    Array.isArray(schedules) &&
    [parameters, slots, whole].every(areNames);
  if (!sound) refuse("the field optimizer", "as saveCheckpoint writes it", "something else");
}

function refuse(what: string, expected: string, received: string): never {
  const remedy = "Build the optimizer as it was when the checkpoint was taken. Nothing was changed.";
  throw new CheckpointError("optimizer", { where: "loadCheckpoint", what, expected, received, remedy });
}
