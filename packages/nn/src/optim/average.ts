import { ValueError } from "@unroll/kernels";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectSteps } from "./schedule";

/**
 * A running average of the weights beside them. `ema`: a ← decay·a + (1 − decay)·p after every update, from the first
 * update's weights on (Polyak & Juditsky 1992). `mean`: the mean of the weights after update `from` and every `every`
 * updates from there (stochastic weight averaging, Izmailov et al. 2018); both are 1 by default.
 */
export type AverageOptions =
  | { readonly kind: "ema"; readonly decay: number }
  | { readonly kind: "mean"; readonly from?: number; readonly every?: number };

/** @throws ValueError if it is neither kind, or a number is out of range */
export function expectAverage(where: string, average: AverageOptions | undefined): AverageOptions | undefined {
  if (average === undefined) return undefined;
  if (average.kind === "ema") {
    const { decay } = expectKnown(where, average, ["kind", "decay"], "average");
    if (decay >= 0 && decay < 1) return average;
    refuseValue(where, { "average.decay": decay }, "at least 0 and less than 1");
  }
  if (average.kind === "mean") {
    expectKnown(where, average, ["kind", "from", "every"], "average");
    expectSteps(where, { "average.from": average.from ?? 1, "average.every": average.every ?? 1 });
    return average;
  }
  const { kind } = average as { kind?: unknown };
  refuseValue(where, { "average.kind": kind }, "ema or mean");
}

/** @throws ValueError unless an average is kept, of one update at least */
export function expectAverageKept(where: string, average: AverageOptions | undefined, updates: number): void {
  const first = average?.kind === "mean" ? (average.from ?? 1) : 1;
  if (average && updates >= first) return;
  throw new ValueError({
    where,
    what: "the average of the weights",
    expected: "kept, of one update at least",
    received: average ? `of none yet, after ${updates} updates, since the first is ${first}` : "not kept",
    remedy: 'Pass average: { kind: "ema", decay: 0.999 } to the optimizer.',
  });
}

/** How far the average goes to the weights after update t, from 1 on: 0 not at all, 1 all the way. */
export function averageShare(average: AverageOptions, t: number): number {
  if (average.kind === "ema") return t === 1 ? 1 : 1 - average.decay;
  const { from = 1, every = 1 } = average;
  return t >= from && (t - from) % every === 0 ? 1 / ((t - from) / every + 1) : 0;
}
