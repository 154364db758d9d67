import type { NameItem } from "./dataset";

export const CELLS = ["rnn", "gru", "lstm"] as const;

/** What a model may compute with. */
export const PRECISIONS = ["f32", "f16"] as const;

export type Cell = (typeof CELLS)[number];

/** The model and how it is trained. */
export type NamesSettings = {
  cell: Cell;
  /** H, the hidden units of each layer and direction. */
  hidden: number;
  layers: number;
  bidirectional: boolean;
  /** Probability that a unit of the final state is dropped while training. */
  dropout: number;
  epochs: number;
  /** Epochs without a better validation accuracy after which training ends. */
  patience: number;
  /** B, the names of a batch. */
  batch: number;
  /** The highest learning rate, see `learningRate`. */
  lr: number;
  weightDecay: number;
  labelSmoothing: number;
  clipNorm: number;
  /** f16 halves the weights and activations that the kernels read; the parameters stay f32. */
  precision: (typeof PRECISIONS)[number];
  seed: number;
};

/** What the page trains on and scores, as JSON. */
export type NamesInput = {
  languages: readonly string[];
  train: readonly NameItem[];
  /** Carved from what is not held out: chooses the weights to keep. */
  validation: readonly NameItem[];
  /** Held out: scored once, at the end. */
  test: readonly NameItem[];
  /** Names from elsewhere to be scored too. */
  eval: readonly NameItem[] | null;
  /** Names to show the model's guesses for, and the language each is of. */
  examples: readonly { name: string; language: string }[];
  settings: NamesSettings;
};
