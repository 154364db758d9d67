import { categorical as categoricalKernel, ValueError } from "@unroll/kernels";
import { run } from "../graph/run";
import { type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { scalar } from "../tensor/scalar";
import { expectDType, expectShape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { cast } from "./elementwise";

/** How one class of many is drawn. */
export interface DrawOptions {
  /** What logits are divided by: less than 1 prefers the probable, more evens out; 1 by default. */
  temperature?: number | undefined;
  /** Draws among the K most probable only, and what equals the K-th; among all by default. */
  topK?: number | undefined;
  /** Then among the fewest, most probable first, whose probabilities add up to this (nucleus; Holtzman et al. 2020); 1 by default. */
  topP?: number | undefined;
  rng?: Generator | undefined;
}

/** Colder than this the runner-up's chance is below 2⁻²⁴ unless the logits are equal in all their digits. */
const COLDEST = 1e-8;

/**
 * Draws a class for each row with the probabilities softmax(logits / temperature), on the device: the numbers that a seed
 * draws are the same on every device, and each row's its own. Each call is a draw; no gradient flows back.
 * @param logits [..., V], f32 or f16; −1e30 is never drawn
 * @returns [...] of u32
 * @throws ValueError if the temperature is not above 0, topK no positive whole number, or topP not in (0, 1]
 */
export function categorical(logits: Tensor, { rng = sharedGenerator(), ...options }: DrawOptions = {}): Tensor {
  expectDType("categorical", { logits }, ...FLOATS);
  const { temperature, topK, topP } = expectDrawOptions("categorical", options);
  const rows = logits.shape.slice(0, -1);
  const { V } = expectShape("categorical", { logits }, [...rows.map((_, axis) => `n${axis}`), "V"]) as { V: number };
  const scalars = {
    inverseTemperature: scalar(1 / Math.max(temperature, COLDEST)),
    topK: scalar(Math.min(topK, 2 ** 32 - 1)),
    topP: scalar(topP),
    stream: 0,
    ...rng.next(),
  };
  return run(
    categoricalKernel,
    { logits: cast(logits, "f32") },
    { dims: { R: sizeOf(rows), V }, scalars, shapes: { ids: rows } },
  ).ids;
}

/** Options with what stands for those left out. @throws ValueError if one is out of range */
export function expectDrawOptions(
  where: string,
  { temperature = 1, topK = Number.POSITIVE_INFINITY, topP = 1 }: Omit<DrawOptions, "rng">,
): { temperature: number; topK: number; topP: number } {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new ValueError({
      where,
      what: "temperature",
      expected: "a finite number above 0",
      received: String(temperature),
      remedy: "For the most probable class each time, take argmax, or pass greedy: true where that is an option.",
    });
  }
  if (!((Number.isInteger(topK) && topK > 0) || topK === Number.POSITIVE_INFINITY)) {
    throw new ValueError({ where, what: "topK", expected: "a positive whole number", received: String(topK) });
  }
  if (!(topP > 0 && topP <= 1)) {
    throw new ValueError({ where, what: "topP", expected: "above 0 and at most 1", received: String(topP) });
  }
  return { temperature, topK, topP };
}
