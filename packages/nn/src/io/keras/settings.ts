import { UnsupportedError } from "@unroll/kernels";
import type { LayerSource } from "./layer";

/** Fields of every layer's config that change nothing here: names, and how weights once started. */
const COMMON = [
  "name",
  "dtype",
  "trainable",
  "batch_input_shape",
  "batch_shape",
  "input_dtype",
  "input_shape",
  "ragged",
  "sparse",
  "optional",
];

/** Suffixes of what only says how a weight started. */
const STARTS = /_(initializer|quantizer)$/;
/** Suffixes of what acts on training alone. */
const TRAINING = /_(regularizer|constraint)$/;

/**
 * Refuses settings that `known` does not name, so that none is passed over.
 * @throws UnsupportedError naming the layer and the setting
 */
export function expectSettings({ name, className, config, forInference }: LayerSource, known: readonly string[]): void {
  if (config.raw("trainable") === false) refuseTraining(config.place.where, name, "trainable = false", forInference);
  for (const key of config.keys) {
    if (known.includes(key) || COMMON.includes(key) || STARTS.test(key) || !config.has(key)) continue;
    if (TRAINING.test(key)) refuseTraining(config.place.where, name, key, forInference);
    else {
      throw new UnsupportedError({
        where: config.place.where,
        what: `the ${className} layer "${name}" has the setting ${key} = ${JSON.stringify(config.raw(key))}, which is not known here`,
        remedy: `Known are ${known.length > 0 ? known.join(", ") : "none"}.`,
      });
    }
  }
}

/** @throws UnsupportedError if a setting is not at the one value that there is here */
export function expectSetting({ name, className, config }: LayerSource, key: string, value: unknown): void {
  if (!config.has(key) || config.raw(key) === value) return;
  throw new UnsupportedError({
    where: config.place.where,
    what: `the ${className} layer "${name}" has ${key} = ${JSON.stringify(config.raw(key))}, and only ${JSON.stringify(value)} is supported`,
    remedy: "Save the model without it.",
  });
}

/** @throws UnsupportedError for a setting of training that there is none of here, unless such may be passed over */
export function refuseTraining(where: string, layer: string, key: string, forInference: boolean): void {
  if (forInference) return;
  throw new UnsupportedError({
    where,
    what: `layer "${layer}" is trained with ${key}, which is not supported`,
    remedy: "Read the model with { forInference: true } to use it, or to train it without.",
  });
}
