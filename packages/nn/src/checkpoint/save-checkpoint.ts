import { CHECKPOINT_KEY } from "../io/checkpoint-key";
import type { HostTensor } from "../io/host-tensor";
import { readParameters } from "../io/parameters";
import { encodeSafetensors } from "../io/safetensors/safetensors-encode";
import type { Optimizer } from "../optim/optimizer";
import type { OptimizerState } from "../optim/optimizer-state";
import { Tensor } from "../tensor/tensor";
import { isRecord } from "./record";
import {
  CHECKPOINT_VERSION,
  type CheckpointSubject,
  expectSubject,
  generatorsOf,
  namesOf,
  type Saved,
  type SavedOptimizer,
} from "./saved";

/** What else to keep. */
export interface CheckpointExtras {
  /** Where training is in its data: plain values, such as { epoch, step } and the state of a shuffle. */
  readonly position?: unknown;
  /** State carried from chunk to chunk: a tensor, or records and lists of them. */
  readonly state?: unknown;
}

/**
 * All that training goes on from, as the bytes of a safetensors file: the model's parameters, the optimizer's slots, its
 * count of updates and its scale of the loss, the generators, the position in the data, and a carried state. What is
 * loaded from it goes on with the same bits as if it had never stopped, whatever is asked for while it is taken.
 * @throws ValueError if a name is none that a file can have
 */
export async function saveCheckpoint(subject: CheckpointSubject & CheckpointExtras): Promise<Uint8Array<ArrayBuffer>> {
  const {
    model,
    optimizer,
    generators = {},
    vocabulary,
    position = null,
    state = null,
  } = expectSubject("saveCheckpoint", subject);
  const tensors = new Map<string, HostTensor>();
  const draws = Object.fromEntries(
    [...generatorsOf(model, generators)].map(([name, { seed, draws }]) => [name, { seed, draws }]),
  );
  // Asked for at once: all of one moment, though training may go on meanwhile.
  const [parameters, remembered] = await Promise.all([readParameters(model), optimizer?.state()]);
  for (const [path, values] of parameters) tensors.set(`model.${path}`, values);
  const saved: Saved = {
    version: CHECKPOINT_VERSION,
    optimizer:
      optimizer && remembered ? encodeOptimizer(remembered, optimizer, namesOf(model, optimizer), tensors) : null,
    generators: draws,
    vocabulary: vocabulary ?? null,
    position,
    state: await withoutTensors(state, "state", tensors),
  };
  return encodeSafetensors(tensors, { [CHECKPOINT_KEY]: toJson(saved) });
}

/** Puts the tensors of an optimizer's state among `tensors`, and says the rest. */
function encodeOptimizer(
  { slots, whole, report, ...rest }: OptimizerState,
  { parameters }: Optimizer,
  names: readonly string[],
  tensors: Map<string, HostTensor>,
): SavedOptimizer {
  for (const [slot, parts] of slots) {
    for (const [k, data] of parts.entries()) {
      tensors.set(`optimizer.${slot}.${names[k]}`, { dtype: "f32", shape: [...(parameters[k]?.shape ?? [])], data });
    }
  }
  for (const [slot, data] of whole) tensors.set(`optimizer.${slot}`, { dtype: "f32", shape: [data.length], data });
  if (report.length > 0) tensors.set("optimizer.report", { dtype: "u32", shape: [report.length], data: report });
  return { ...rest, parameters: names, slots: [...slots.keys()], whole: [...whole.keys()] };
}

/** A value whose tensors are replaced by their names among `tensors`, which they are read into. */
async function withoutTensors(value: unknown, prefix: string, tensors: Map<string, HostTensor>): Promise<unknown> {
  if (value instanceof Tensor) {
    const name = `${prefix}.${tensors.size}`;
    const { dtype, shape } = value;
    tensors.set(name, { dtype, shape: [...shape], data: new Float32Array(0) }); // the name is taken
    tensors.set(name, { dtype, shape: [...shape], data: await value.data() });
    return { $tensor: name };
  }
  if (Array.isArray(value)) {
    const parts: unknown[] = [];
    for (const each of value) parts.push(await withoutTensors(each, prefix, tensors));
    return parts;
  }
  if (!isRecord(value)) return value;
  const parts: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) parts[key] = await withoutTensors(each, prefix, tensors);
  return parts;
}

/** JSON of plain values; NaN and infinities are kept, which JSON alone would make null. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && !Number.isFinite(each) ? { $number: String(each) } : each,
  );
}
