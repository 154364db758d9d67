import { categorical as categoricalKernel } from "@unroll/kernels";
import { run } from "../graph/run";
import { expectGenerator, type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
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
  /** `sharedGenerator()` by default. */
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
export function categorical(logits: Tensor, options: DrawOptions = {}): Tensor {
  const { rng = sharedGenerator() } = expectKnown("categorical", options, ["temperature", "topK", "topP", "rng"]);
  expectDType("categorical", { logits }, ...FLOATS);
  const { temperature, topK, topP } = expectDrawOptions("categorical", options);
  const rows = logits.shape.slice(0, -1);
  const { V } = expectShape("categorical", { logits }, [...rows.map((_, axis) => `n${axis}`), "V"]) as { V: number };
  const scalars = {
    inverseTemperature: scalar(1 / Math.max(temperature, COLDEST)),
    topK: scalar(Math.min(topK, 2 ** 32 - 1)),
    topP: scalar(topP),
    stream: 0,
    ...expectGenerator(rng).next(),
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
    refuseValue(
      where,
      { temperature },
      "a finite number above 0",
      "For the most probable each time take argmax, or greedy: true.",
    );
  }
  if (!((Number.isInteger(topK) && topK > 0) || topK === Number.POSITIVE_INFINITY)) {
    refuseValue(where, { topK }, "a positive whole number");
  }
  if (!(topP > 0 && topP <= 1)) {
    refuseValue(where, { topP }, "above 0 and at most 1");
  }
  return { temperature, topK, topP };
}
