import { accumulate, type Device, finishAccumulation, ValueError } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { refuseValue } from "../tensor/kind";
import type { Scalar } from "../tensor/scalar";
import type { Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import type { Segment } from "./segment";
import type { Kept } from "./state-transfer";
import { zerosOn, zerosOnEach } from "./zeros";

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
  /** Memory of the losses counted, which tells of those that never came to be. */
  losses: Storage[] = [];
  readonly #segments: readonly Segment[];
  /** Sums of the gradients of each segment. */
  #totals: readonly Tensor[] | null = null;
  #totalLoss: Tensor | null = null;

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  /** Takes memory for the sums, once. */
  prepare(device: Device): void {
    this.#totals ??= zerosOnEach(device, this.#segments, "accumulated");
    this.#totalLoss ??= zerosOn(device, 1, "accumulated loss");
  }

  /** Its sums by name, where there are any. */
  get tensors(): Kept {
    return this.#totals && this.#totalLoss ? { accumulated: this.#totals, accumulatedLoss: [this.#totalLoss] } : {};
  }

  /** Counts one loss; what it returns takes that back. */
  count({ storage }: Tensor, weight: number, scaled: boolean): () => void {
    const { now } = this;
    this.losses.push(storage as Storage);
    this.now = { count: now.count + 1, weight: now.weight + weight, scaled: now.scaled || scaled };
    return () => {
      this.now = { ...this.now, count: this.now.count - 1, weight: this.now.weight - weight };
    };
  }

  /** Forgets what was counted, which was used; what it returns takes that back. */
  clear(): () => void {
    const { now: used, losses } = this;
    this.now = NOTHING;
    this.losses = [];
    return () => {
      const { now } = this;
      this.now = {
        count: now.count + used.count,
        weight: now.weight + used.weight,
        scaled: now.scaled || used.scaled,
      };
      this.losses.push(...losses);
    };
  }

  /** Adds a gradient and its loss: a call for each segment, of which the first takes the loss. */
  add(loss: Tensor, weight: Scalar): KernelNode[] {
    return this.#segments.map(({ gradients, size: n }, s) => {
      const ofLoss = s === 0 ? { loss, totalLoss: this.#totalLoss ?? undefined } : {};
      const inputs = { gradients, total: this.#totals?.[s], ...ofLoss };
      return effect(accumulate, inputs, { dims: { n }, scalars: { weight } });
    });
  }

  /** Puts the means in the place of the gradient, and begins anew. */
  finish(weight: Scalar): { calls: KernelNode[]; loss: Tensor } {
    const calls = this.#segments.map(({ gradients, size: n }, s) => {
      const ofLoss = s === 0 ? { totalLoss: this.#totalLoss ?? undefined } : {};
      const inputs = { gradients, total: this.#totals?.[s], ...ofLoss };
      return effect(finishAccumulation, inputs, { dims: { n }, scalars: { weight }, outputs: s === 0 ? ["loss"] : [] });
    });
    return { calls, loss: calls[0]?.outputs.loss as Tensor };
  }
}

/** @throws ValueError unless a loss is given a weight of more than 0 */
export function expectWeight(where: string, weight: number): void {
  if (weight > 0 && Number.isFinite(weight)) return;
  refuseValue(where, { weight }, "more than 0");
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
