import { stateOf } from "../io/parameters";
import type { Module } from "../modules/module";
import type { HostData } from "../tensor/dtype";
import type { Parameter } from "../tensor/parameter";
import { type Tensor, tensor } from "../tensor/tensor";
import type { EpochResult } from "./options";

/** How far a training has come, as a checkpoint keeps it: plain values. */
export interface TrainPosition {
  /** Epoch at hand, from 1 on, and steps done of it. */
  readonly epoch: number;
  readonly step: number;
  /** Steps done in all, rows trained on, the sum of the epoch's losses so far. */
  readonly steps: number;
  readonly items: number;
  readonly epochSum: number;
  readonly skipped: number;
  readonly sinceBest: number;
  readonly history: readonly EpochResult[];
  /** The best epoch so far; 0 if there is none. */
  readonly best: number;
}

/** What a checkpoint of a training keeps as state. */
export interface TrainState {
  /** State carried from batch to batch; null between epochs. */
  readonly carried: unknown;
  /** The best weights so far by path, where they are kept. */
  readonly best: Readonly<Record<string, Tensor>>;
}

/** Whether a loaded position is one that `train` kept. */
export function isTrainPosition(position: unknown): position is TrainPosition {
  if (typeof position !== "object" || position === null || !("history" in position)) return false;
  const { epoch, step, steps, items, epochSum, skipped, sinceBest, best, history } = position as Partial<TrainPosition>;
  const counts = [epoch, step, steps, items, skipped, sinceBest, best];
  return counts.every((count) => Number.isFinite(count)) && typeof epochSum === "number" && Array.isArray(history);
}

/** Whether a loaded state is one that `train` kept. */
export function isTrainState(state: unknown): state is TrainState {
  return typeof state === "object" && state !== null && "carried" in state && "best" in state;
}

/** Weights and buffers as tensors by path, for a checkpoint. */
export function weightTensors(model: Module, weights: ReadonlyMap<Parameter, HostData>): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  for (const [path, parameter] of stateOf(model)) {
    const data = weights.get(parameter);
    if (data) found[path] = tensor(data, { shape: [...parameter.shape], allowNonFinite: true });
  }
  return found;
}

/** The weights and buffers that such tensors hold. */
export async function weightsOf(model: Module, tensors: TrainState["best"]): Promise<Map<Parameter, HostData>> {
  const weights = new Map<Parameter, HostData>();
  for (const [path, parameter] of stateOf(model)) {
    const values = await tensors[path]?.data();
    if (values) weights.set(parameter, values);
  }
  return weights;
}
