export const CELLS = ["rnn", "gru", "lstm"] as const;

/** What a model may compute with. */
export const PRECISIONS = ["f32", "f16"] as const;

export type Cell = (typeof CELLS)[number];

/** The model of a task and how it is trained. */
export type Settings = {
  cell: Cell;
  /** H, the hidden units of each layer and direction. */
  hidden: number;
  layers: number;
  bidirectional: boolean;
  /** Probability that what the model's docstring says is dropped while training. */
  dropout: number;
  epochs: number;
  /** Epochs without a better score on the part that chooses the weights, after which training ends. */
  patience: number;
  /** B, the sequences of a batch. */
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

/** What a task sets otherwise only where its data asks for it. */
export const USUAL_SETTINGS = {
  layers: 1,
  weightDecay: 0.01,
  clipNorm: 1,
  precision: "f32",
  seed: 0,
} as const satisfies Partial<Settings>;
