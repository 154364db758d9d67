import { bytesOf } from "../io/bytes";
import { CHECKPOINT_KEY } from "../io/checkpoint-key";
import { expectSameTensors } from "../io/fill-parameters";
import type { HostTensor } from "../io/host-tensor";
import { stateOf } from "../io/parameters";
import { decodeSafetensors } from "../io/safetensors/safetensors";
import type { Generator } from "../random/generator";
import { assign } from "../tensor/assign";
import { tensor } from "../tensor/tensor";
import { decodeOptimizer } from "./decode-optimizer";
import { CheckpointError } from "./errors";
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

/** Numbers that JSON has no word for. */
const WORDS = ["NaN", "Infinity", "-Infinity"];

/**
 * Loads what `saveCheckpoint` took into a model, an optimizer and generators built the same way. All is checked before
 * anything is changed.
 * @returns the position and the state that were kept; tensors of the state are constants
 * @throws FileFormatError if it is no sound safetensors file
 * @throws StateDictError naming every parameter of the model that is missing, unexpected or of another shape
 * @throws OptimizerStateError naming what of the optimizer differs
 * @throws CheckpointError if it is no checkpoint, is of a later version, or its optimizer, generators or vocabulary differ
 */
export async function loadCheckpoint(
  bytes: ArrayBuffer | Uint8Array<ArrayBuffer>,
  subject: CheckpointSubject,
): Promise<{ position: unknown; state: unknown }> {
  const { model, optimizer, generators = {}, vocabulary } = expectSubject("loadCheckpoint", subject);
  const { tensors, metadata } = decodeSafetensors(bytesOf("loadCheckpoint", { bytes }));
  const saved = parse(metadata.get(CHECKPOINT_KEY));
  const named = stateOf(model);
  const parameters = within(tensors, "model.");
  expectSameTensors("loadCheckpoint", named, parameters);
  expectVocabulary(saved.vocabulary, vocabulary);
  const known = generatorsOf(model, generators);
  expectGenerators(saved.generators, known);
  if (optimizer) {
    if (!saved.optimizer) refuse("optimizer", "the file", "one with the state of an optimizer", "one without");
    const part = within(tensors, "optimizer.");
    optimizer.loadState(decodeOptimizer(saved.optimizer as SavedOptimizer, optimizer, namesOf(model, optimizer), part));
  }
  for (const [name, generator] of known) {
    const state = saved.generators[name];
    if (state) generator.restore(state);
  }
  await assign([...named].map(([path, parameter]) => [parameter, (parameters.get(path) as HostTensor).data] as const));
  return { position: saved.position, state: withTensors(saved.state, tensors) };
}

/**
 * The position that a checkpoint was saved with, before there is a model to load it into: whoever keeps a model's sizes
 * there builds it by them.
 * @throws FileFormatError if it is no sound safetensors file
 * @throws CheckpointError if it is no checkpoint, or of a later version
 */
export function checkpointPosition(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): unknown {
  return parse(decodeSafetensors(bytesOf("checkpointPosition", { bytes })).metadata.get(CHECKPOINT_KEY)).position;
}

/** Tensors whose name begins so, without that beginning. */
function within(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, values]) => [name.slice(prefix.length), values]));
}

function parse(text: string | undefined): Saved {
  let saved: unknown;
  try {
    saved = text === undefined ? undefined : fromJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  if (typeof saved !== "object" || saved === null || !("version" in saved) || typeof saved.version !== "number") {
    refuse("file", "the file", "a checkpoint, with an entry unroll.checkpoint in its header", "without a sound one");
  }
  if (saved.version !== CHECKPOINT_VERSION) {
    refuse("version", "the version of the checkpoint", String(CHECKPOINT_VERSION), String(saved.version));
  }
  return expectSound(saved);
}

/** A file may say anything: each field is checked for being what it should be. */
function expectSound(saved: object): Saved {
  const { version, optimizer, generators, vocabulary, position, state } = saved as Record<string, unknown>;
  const isGenerator = (value: unknown): boolean =>
    isRecord(value) && [value.seed, value.draws].every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
  const sound: Readonly<Record<string, boolean>> = {
    generators: isRecord(generators) && Object.values(generators).every(isGenerator),
    optimizer: optimizer === null || isRecord(optimizer),
    vocabulary:
      vocabulary === null || (Array.isArray(vocabulary) && vocabulary.every((word) => typeof word === "string")),
  };
  const broken = Object.keys(sound).find((field) => !sound[field]);
  if (broken) refuse("file", `the field ${broken}`, "as saveCheckpoint writes it", "something else");
  return { version, optimizer, generators, vocabulary, position, state } as Saved;
}

function expectVocabulary(saved: readonly string[] | null, given: readonly string[] | undefined): void {
  if (!saved && !given) return;
  if (!saved || !given) {
    refuse(
      "vocabulary",
      "the vocabulary",
      saved ? "given, as it was when saving" : "left out, as it was when saving",
      saved ? "missing" : "given",
    );
  }
  const at = given.findIndex((word, index) => word !== saved[index]);
  if (at >= 0) {
    const received = JSON.stringify(given[at]);
    const expected = saved[at] === undefined ? "left out: the file has no more" : JSON.stringify(saved[at]);
    refuse("vocabulary", `entry ${at} of the vocabulary`, expected, received);
  }
  if (saved.length !== given.length)
    refuse("vocabulary", "the vocabulary", `${saved.length} entries long`, String(given.length));
}

function expectGenerators(saved: Saved["generators"], known: ReadonlyMap<string, Generator>): void {
  const [here, there] = [[...known.keys()], Object.keys(saved)];
  const missing = here.filter((name) => !there.includes(name));
  const unexpected = there.filter((name) => !here.includes(name));
  if (missing.length + unexpected.length === 0) return;
  refuse("generators", "the generators", there.join(", "), here.join(", "));
}

function refuse(part: CheckpointError["part"], what: string, expected: string, received: string): never {
  const remedy = "Build all as it was when the checkpoint was taken. Nothing was changed.";
  throw new CheckpointError(part, { where: "loadCheckpoint", what, expected, received, remedy });
}

/** What `saveCheckpoint` wrote: numbers that JSON has no word for are back. @throws SyntaxError if it is no JSON */
function fromJson(text: string): unknown {
  return JSON.parse(text, (_, each: unknown) =>
    isRecord(each) && typeof each.$number === "string" && WORDS.includes(each.$number) ? Number(each.$number) : each,
  );
}

/** A value with its tensors in their places again, as constants. */
function withTensors(value: unknown, tensors: ReadonlyMap<string, HostTensor>): unknown {
  if (Array.isArray(value)) return value.map((each) => withTensors(each, tensors));
  if (!isRecord(value)) return value;
  const { $tensor: name } = value;
  const found = typeof name === "string" ? tensors.get(name) : undefined;
  if (found) return tensor(found.data, { shape: found.shape, dtype: found.dtype, allowNonFinite: true });
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTensors(each, tensors)]));
}
