import { ValueError } from "@unroll/kernels";
import { expectModule, Module } from "../modules/module";
import type { Optimizer } from "../optim/optimizer";
import type { OptimizerState } from "../optim/optimizer-state";
import { type Generator, sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";

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

/**
 * What a checkpoint is taken of, or loaded into: one record may serve for both.
 * @throws ValueError if it is a model itself, a name is unknown, or there is no model or no optimizer under its name
 */
export function expectSubject<S extends CheckpointSubject>(where: string, given: S): S {
  if (given instanceof Module) {
    const remedy = "Pass { model }, with the optimizer beside it to train on.";
    throw new ValueError({ where, what: "subject", expected: "{ model, … }", received: "a Module", remedy });
  }
  expectKnown(where, given, ["model", "optimizer", "generators", "vocabulary", "position", "state"], "subject");
  const { model, optimizer } = given;
  expectModule(where, model);
  if (optimizer && !("loadState" in Object(optimizer))) refuseValue(where, { optimizer }, "an Optimizer");
  return given;
}

/** What a checkpoint keeps beside tensors, as JSON in the header of its file. */
export interface Saved {
  readonly version: number;
  readonly optimizer: SavedOptimizer | null;
  readonly generators: Readonly<Record<string, { readonly seed: number; readonly draws: number }>>;
  readonly vocabulary: readonly string[] | null;
  readonly position: unknown;
  readonly state: unknown;
}

/** What of an optimizer is kept beside its tensors. */
export interface SavedOptimizer
  extends Pick<OptimizerState, "kind" | "updates" | "accumulated" | "swapped" | "schedules"> {
  /** Its parameters by name, in order. */
  readonly parameters: readonly string[];
  /** Slots with an array for each parameter, and those kept whole. */
  readonly slots: readonly string[];
  readonly whole: readonly string[];
}

/** What the optimizer's parameters are called: by their paths in the model, or by number where they are of no part of it. */
export function namesOf(model: Module, { parameters }: Optimizer): string[] {
  const paths = new Map([...model.namedParameters()].map(([path, parameter]) => [parameter, path]));
  return parameters.map((parameter, index) => paths.get(parameter) ?? `#${index}`);
}

/** All generators of a training by name: those that were given, the model's and the package's own. */
export function generatorsOf(model: Module, given: Readonly<Record<string, Generator>>): Map<string, Generator> {
  const found = new Map(Object.entries(given));
  const known = new Set(found.values());
  for (const [path, generator] of [...model.namedGenerators(), ["the package's own", sharedGenerator()] as const]) {
    if (known.has(generator)) continue;
    known.add(generator);
    found.set(path, generator);
  }
  return found;
}
