import type { Random } from "@unroll/data";
import type { Generator, Module, Optimizer, PyTorchOptions, Tensor } from "@unroll/nn";
import type { Settings, Values } from "./settings";

/** What a run draws its chance from. The worker makes it, keeps it with the weights and brings it back. */
export interface Chance {
  readonly seed: number;
  /** For initial weights and dropout. */
  readonly rng: Generator;
  /** For the data that steps train on. What is drawn once, in `create`, comes from a `Random` of its own, of this seed. */
  readonly random: Random;
}

/** Files for other programs: for PyTorch a script and weights, or where no script is written, of attention, weights alone. */
export type FileKind = "onnx" | "pytorch" | "pytorchWeights";

/** A model in training, as the worker drives it. */
export interface Run<Question = unknown, Answer = unknown, Picture = unknown> {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** Forward, backward and update on the next examples, in one submission. @returns the loss, still on the device */
  step(): Promise<Tensor>;
  /** How good the model is on examples that it is not trained on. */
  score(): Promise<number>;
  /** What the trained model makes of the visitor's input. */
  ask(question: Question): Promise<Answer>;
  /** What the page draws of the model as it is now. */
  picture?(): Promise<Picture>;
  /**
   * How the model is called, for files for other programs; absent where it has no single forward pass. `to` says which can
   * have all of it, where not all can.
   */
  readonly exported?: PyTorchOptions & { readonly to?: readonly FileKind[] };
  /** What the run knows of its past beside its weights: kept with them, and brought back after a reload. */
  readonly notes?: {
    /** In plain values. */
    take(): unknown;
    /** The state that goes on from step to step: a tensor, or a record of them. */
    carried?(): unknown;
    /** @param carried is the run's from then on */
    restore(kept: unknown, carried: unknown): void;
  };
  /** Frees what the run holds on the device beside its model and optimizer. */
  dispose?(): void;
}

/** Which files a run can be written to. */
export const kindsOf = ({ exported }: Run): readonly FileKind[] =>
  exported ? (exported.to ?? ["onnx", "pytorch"]) : [];

/** A kind of model on a task: what can be chosen, and how a run is made of it. */
export interface Experiment<S extends Settings = Settings, Question = unknown, Answer = unknown, Picture = unknown> {
  readonly settings: S;
  create(values: Values<S>, chance: Chance): Run<Question, Answer, Picture> | Promise<Run<Question, Answer, Picture>>;
}

/** Gives an experiment its types. */
export function defineExperiment<S extends Settings, Question, Answer, Picture = never>(
  experiment: Experiment<S, Question, Answer, Picture>,
): Experiment<S, Question, Answer, Picture> {
  return experiment;
}

/** The types of what a page asks of an experiment, and gets of it. */
export type QuestionOf<E> = E extends Experiment<infer _S, infer Question, infer _A, infer _P> ? Question : never;
export type AnswerOf<E> = E extends Experiment<infer _S, infer _Q, infer Answer, infer _P> ? Answer : never;
export type PictureOf<E> = E extends Experiment<infer _S, infer _Q, infer _A, infer Picture> ? Picture : never;
