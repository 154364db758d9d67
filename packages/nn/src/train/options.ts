import type { CheckpointSubject } from "../checkpoint/saved";
import type { Module } from "../modules/module";
import type { Optimizer } from "../optim/optimizer";
import type { Plateau } from "../optim/plateau";
import type { Tensor } from "../tensor/tensor";
import type { Monitor } from "./monitor";

/** How far training has come. */
export interface TrainProgress {
  /** Epoch, from 1 on. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, and how many it has where that is known. */
  readonly step: number;
  readonly steps: number | undefined;
  /** Steps done in all. */
  readonly totalSteps: number;
  /** Mean loss of the steps since the last report. */
  readonly loss: number;
  /** Updates of this training that were left out so far, because a gradient was not finite though its loss was. */
  readonly skipped: number;
  /** Rows trained on so far, as `count` tells. */
  readonly items: number;
  /** Seconds since training began. */
  readonly seconds: number;
}

/** The end of an epoch. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean loss over the epoch's steps. */
  readonly loss: number;
  /** What `evaluate` returned. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether these weights are the best so far. */
  readonly isBest: boolean;
}

/** When and where a training is kept, so that it can be resumed. */
export interface TrainCheckpoint extends Omit<CheckpointSubject, "model" | "optimizer"> {
  /** Steps between two checkpoints. */
  every: number;
  /** Keeps one: `(bytes) => store.write(bytes)` with a `checkpointStore`, say. */
  save: (
    bytes: Uint8Array<ArrayBuffer>,
    progress: { epoch: number; step: number; totalSteps: number },
  ) => Promise<void> | void;
}

export interface TrainOptions<Batch, State = unknown> {
  model: Module;
  optimizer: Optimizer;
  epochs: number;
  /** The batches of an epoch, counted from 1. */
  batches: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;
  /**
   * The loss of a batch: one number. With a `state` beside it, a tensor or records and lists of them, that state is handed
   * to the next batch of the epoch, as a constant: truncated back-propagation through time.
   */
  loss: (batch: Batch, state?: State) => Tensor | { loss: Tensor; state: State };
  /** Batches whose gradients make one update together, each counting as its rows, where `count` tells them. */
  accumulate?: number;
  /** A learning rate that is told the `monitor` metric after each epoch, and which way is better as that is; the optimizer has it as its schedule. */
  plateau?: Plateau;
  checkpoint?: TrainCheckpoint;
  /**
   * A checkpoint of a training with the same options, to go on from: with the same bits as if it had never stopped, if
   * `batches` gives the same batches for an epoch each time. Those trained on already are passed over.
   * Undefined, as a store without one reads, begins anew.
   */
  resume?: ArrayBuffer | Uint8Array<ArrayBuffer> | undefined;
  /** Measures the model after each epoch, with dropout off. */
  evaluate?: () => Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>;
  /** What tells which weights are best. */
  monitor?: Monitor;
  /** Ends training after this many epochs without a better `monitor`. */
  patience?: number;
  /** How many rows a batch has, for the progress. */
  count?: (batch: Batch) => number;
  /** How many steps an epoch has, for the progress. */
  steps?: number;
  /** Steps between two looks at the loss; only a look waits for the GPU. */
  reportEvery?: number;
  onProgress?: (progress: TrainProgress) => void;
  onEpoch?: (result: EpochResult) => void;
  /** Ends training after the step at hand; the weights stay as they then are. */
  signal?: AbortSignal;
}

/** How a training went, and why it ended. */
export interface TrainResult {
  readonly history: readonly EpochResult[];
  /** The epoch whose weights the model now has; none if training was cancelled within an epoch. */
  readonly best: EpochResult | undefined;
  readonly reason: "done" | "stopped early" | "cancelled";
  readonly steps: number;
}
