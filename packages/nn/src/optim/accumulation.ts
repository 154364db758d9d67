import { accumulate, type Device, finishAccumulation, ValueError } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import type { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { zerosOn } from "./flat-parameters";

/** What was added up: how many losses, what they weigh together, whether one was scaled up for half precision. */
export interface Accumulated {
  readonly count: number;
  readonly weight: number;
  readonly scaled: boolean;
}

const NOTHING: Accumulated = { count: 0, weight: 0, scaled: false };

/** Gradients, and losses, added up since the last update. */
export class Accumulation {
  /** What is there now. */
  now = NOTHING;
  readonly #size: number;
  #gradients: Tensor | null = null;
  #loss: Tensor | null = null;

  /** @param size words of the flat gradients */
  constructor(size: number) {
    this.#size = size;
  }

  /** Takes memory for the sums, once. */
  prepare(device: Device): void {
    this.#gradients ??= zerosOn(device, this.#size, "accumulated");
    this.#loss ??= zerosOn(device, 1, "accumulated loss");
  }

  /** Its sums by name, where there are any. */
  get tensors(): Readonly<Record<string, Tensor>> {
    return this.#gradients && this.#loss ? { accumulated: this.#gradients, accumulatedLoss: this.#loss } : {};
  }

  /** Counts one loss; what it returns takes that back. */
  count(weight: number, scaled: boolean): () => void {
    const { now } = this;
    this.now = { count: now.count + 1, weight: now.weight + weight, scaled: now.scaled || scaled };
    return () => {
      this.now = { ...this.now, count: this.now.count - 1, weight: this.now.weight - weight };
    };
  }

  /** Forgets what was counted: it was used. */
  clear(): void {
    this.now = NOTHING;
  }

  /** Adds a gradient and its loss. */
  add(gradients: Tensor, loss: Tensor, weight: Scalar): KernelNode {
    return effect(accumulate, { gradients, loss, ...this.#sums() }, { dims: { n: this.#size }, scalars: { weight } });
  }

  /** Puts the means in the place of the gradient, and begins anew. */
  finish(gradients: Tensor, weight: Scalar): { call: KernelNode; loss: Tensor } {
    const call = effect(
      finishAccumulation,
      { gradients, ...this.#sums() },
      { dims: { n: this.#size }, scalars: { weight } },
    );
    return { call, loss: call.outputs.loss as Tensor };
  }

  #sums(): { total: Tensor; totalLoss: Tensor } {
    return { total: this.#gradients as Tensor, totalLoss: this.#loss as Tensor };
  }
}

/** @throws ValueError unless a loss is given a weight of more than 0 */
export function expectWeight(where: string, weight: number): void {
  if (weight > 0 && Number.isFinite(weight)) return;
  throw new ValueError({ where, what: "weight", expected: "more than 0", received: String(weight) });
}

/** @throws ValueError if nothing was accumulated that an update could use */
export function expectAccumulated(where: string, count: number): void {
  if (count > 0) return;
  throw new ValueError({
    where,
    what: "the accumulated gradients",
    expected: "of one loss at least",
    received: "none",
    remedy: "Call accumulate(loss) first, or minimize(loss) to do both at once.",
  });
}
