import { ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";

/** How probable it is, after `step` updates, that a decoder in training reads the target's token rather than its own. */
export type SamplingSchedule = (step: number) => number;

/** One probability for all steps: 1 is teacher forcing. @throws ValueError unless it is one */
export function constantSampling(probability: number): SamplingSchedule {
  expectRange("constantSampling", "probability", probability, 0, 1);
  return () => probability;
}

/** ε_i = max(floor, start − slope·i) (Bengio et al. 2015, section 2.4). @throws ValueError if an option is out of range */
export function linearSampling(options: { slope: number; start?: number; floor?: number }): SamplingSchedule {
  expectKnown("linearSampling", options, ["slope", "start", "floor"]);
  const { slope, start = 1, floor = 0 } = options;
  expectRange("linearSampling", "slope", slope, 0, Number.MAX_VALUE);
  expectRange("linearSampling", "start", start, 0, 1);
  expectRange("linearSampling", "floor", floor, 0, start);
  return (step) => Math.max(floor, start - slope * step);
}

/** ε_i = k^i, k < 1 (Bengio et al. 2015). @throws ValueError unless 0 ≤ k < 1 */
export function exponentialSampling(options: { k: number }): SamplingSchedule {
  expectKnown("exponentialSampling", options, ["k"]);
  const { k } = options;
  if (!(k >= 0 && k < 1)) {
    const expected = "at least 0 and less than 1";
    throw new ValueError({ where: "exponentialSampling", what: "k", expected, received: String(k) });
  }
  return (step) => k ** step;
}

/** ε_i = k/(k + exp(i/k)), k ≥ 1 (Bengio et al. 2015). @throws ValueError unless k ≥ 1 */
export function inverseSigmoidSampling(options: { k: number }): SamplingSchedule {
  expectKnown("inverseSigmoidSampling", options, ["k"]);
  const { k } = options;
  expectRange("inverseSigmoidSampling", "k", k, 1, Number.MAX_VALUE);
  return (step) => k / (k + Math.exp(step / k));
}

/** @throws ValueError unless a number is finite and in a range */
export function expectRange(where: string, what: string, value: number, low: number, high: number): void {
  if (Number.isFinite(value) && value >= low && value <= high) return;
  const bound = high === Number.MAX_VALUE ? `a finite number, at least ${low}` : `from ${low} to ${high}`;
  throw new ValueError({ where, what, expected: bound, received: String(value) });
}
