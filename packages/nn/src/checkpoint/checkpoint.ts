import { CHECKPOINT_KEY } from "../io/checkpoint-key";
import { FileFormatError } from "../io/errors";
import type { HostTensor } from "../io/host-tensor";
import { expectSameTensors, readParameters, stateOf } from "../io/parameters";
import { decodeSafetensors, encodeSafetensors } from "../io/safetensors/safetensors";
import type { Module } from "../modules/module";
import type { Optimizer } from "../optim/optimizer";
import { type Generator, sharedGenerator } from "../random/generator";
import { assign } from "../tensor/assign";
import { CheckpointError } from "./errors";
import { fromJson, toJson, withoutTensors, withTensors } from "./json";
import { decodeOptimizer, encodeOptimizer, type SavedOptimizer } from "./optimizer-part";

/** The form of the files written here; files of a later form are refused. */
export const CHECKPOINT_VERSION = 1;

/** What a checkpoint is taken of, and loaded into. */
export interface CheckpointSubject {
  readonly model: Module;
  readonly optimizer?: Optimizer | undefined;
  /**
   * Generators beside those that the model's parts hold in fields and the package's own, by names of your choice: those
   * that shuffle the data, say.
   */
  readonly generators?: Readonly<Record<string, Generator>> | undefined;
  /** What the model's classes or tokens stand for, in order: another one is refused on loading. */
  readonly vocabulary?: readonly string[] | undefined;
}

/** What else to keep. */
export interface CheckpointExtras {
  /** Where training is in its data: plain values, such as { epoch, step } and the state of a shuffle. */
  readonly position?: unknown;
  /** State carried from chunk to chunk: a tensor, or records and lists of them. */
  readonly state?: unknown;
}

interface Saved {
  readonly version: number;
  readonly optimizer: SavedOptimizer | null;
  readonly generators: Readonly<Record<string, { readonly seed: number; readonly draws: number }>>;
  readonly vocabulary: readonly string[] | null;
  readonly position: unknown;
  readonly state: unknown;
}

/**
 * All that training goes on from, as the bytes of a safetensors file: the model's parameters, the optimizer's slots, its
 * count of updates and its scale of the loss, the generators, the position in the data, and a carried state. What is
 * loaded from it goes on with the same bits as if it had never stopped, whatever is asked for while it is taken.
 * @throws ValueError if a name is none that a file can have
 */
export async function saveCheckpoint({
  model,
  optimizer,
  generators = {},
  vocabulary,
  position = null,
  state = null,
}: CheckpointSubject & CheckpointExtras): Promise<Uint8Array<ArrayBuffer>> {
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
  { model, optimizer, generators = {}, vocabulary }: CheckpointSubject,
): Promise<{ position: unknown; state: unknown }> {
  const { tensors, metadata } = decodeSafetensors(bytes);
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
  return parse(decodeSafetensors(bytes).metadata.get(CHECKPOINT_KEY)).position;
}

/** Tensors whose name begins so, without that beginning. */
function within(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostTensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, values]) => [name.slice(prefix.length), values]));
}

/** What the optimizer's parameters are called: by their paths in the model, or by number where they are of no part of it. */
function namesOf(model: Module, { parameters }: Optimizer): string[] {
  const paths = new Map([...model.namedParameters()].map(([path, parameter]) => [parameter, path]));
  return parameters.map((parameter, index) => paths.get(parameter) ?? `#${index}`);
}

function generatorsOf(model: Module, given: Readonly<Record<string, Generator>>): Map<string, Generator> {
  const found = new Map(Object.entries(given));
  const known = new Set(found.values());
  for (const [path, generator] of [...model.namedGenerators(), ["the package's own", sharedGenerator()] as const]) {
    if (known.has(generator)) continue;
    known.add(generator);
    found.set(path, generator);
  }
  return found;
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

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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

/** Whether bytes are a whole safetensors file: one that was cut off while it was written is not. */
export function isWhole(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    decodeSafetensors(bytes);
    return true;
  } catch (cause) {
    if (cause instanceof FileFormatError) return false;
    throw cause;
  }
}
