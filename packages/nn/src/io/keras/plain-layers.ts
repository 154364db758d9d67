import { UnsupportedError } from "@unroll/kernels";
import { hostValues } from "../../graph/node";
import type { Dropout } from "../../modules/dropout";
import { Embedding } from "../../modules/embedding";
import { LayerNorm } from "../../modules/layer-norm";
import { Linear } from "../../modules/linear";
import { add, div, mul, zeros } from "../../ops/arithmetic";
import { cast } from "../../ops/elementwise";
import { max, mean, sum } from "../../ops/reduce";
import { reshape } from "../../ops/reshape";
import { random } from "../../random/generator";
import { isFloat } from "../../tensor/dtype";
import type { Parameter } from "../../tensor/parameter";
import { type Shape, sizeOf } from "../../tensor/shape";
import { type Tensor, tensor } from "../../tensor/tensor";
import { activationOf, type NamedActivation } from "./activations";
import { type Flow, type KerasDescription, KerasLayer, type LayerSource } from "./layer";
import type { Mask } from "./mask";
import { expectSetting, expectSettings } from "./settings";
import { transposed } from "./transposed";

/** Values of a parameter, as a description reads them. */
export const reading = (from: Parameter) => async (): Promise<Float32Array> => Float32Array.from(await from.data());

/**
 * Gives a module's parameter the values of a file, before anything has read it. Modules that are filled draw their first
 * values from a generator of their own: reading a file takes nothing from the one that all share.
 */
export function fillParameter(into: Parameter, values: Float32Array<ArrayBuffer>): void {
  into.variable.initial = values;
}

export class KerasEmbedding extends KerasLayer {
  readonly table: Embedding;
  readonly maskZero: boolean;

  constructor(name: string, table: Embedding, maskZero = false) {
    super(name);
    this.table = table;
    this.maskZero = maskZero;
  }

  static of(source: LayerSource): KerasEmbedding {
    const { config, weights, name } = source;
    expectSettings(source, ["input_dim", "output_dim", "mask_zero", "input_length"]);
    const [V, D] = [config.count("input_dim"), config.count("output_dim")];
    const table = new Embedding(V, D, { rng: random(0) });
    fillParameter(table.weight, weights.take("embeddings", [V, D]));
    return new KerasEmbedding(name, table, config.flag("mask_zero", false));
  }

  forward({ x }: Flow): Flow {
    const ids = isFloat(x.dtype) ? cast(x, "i32") : x;
    return { x: this.table.forward(ids), mask: this.maskZero ? nonZero(x) : undefined };
  }

  describe(): KerasDescription {
    const { size, dimension, weight } = this.table;
    return {
      className: "Embedding",
      config: { input_dim: size, output_dim: dimension, mask_zero: this.maskZero },
      weights: [{ name: "embeddings", shape: [size, dimension], read: reading(weight) }],
    };
  }
}

function nonZero(ids: Tensor): Mask | "unknown" {
  const values = hostValues(ids);
  if (!values) return "unknown";
  const [B = 0, T = 0] = ids.shape;
  return { B, T, kept: Uint8Array.from(values, (id) => Number(id !== 0)) };
}

export class KerasDense extends KerasLayer {
  readonly linear: Linear;
  readonly activation: NamedActivation;

  constructor(name: string, linear: Linear, activation: NamedActivation) {
    super(name);
    this.linear = linear;
    this.activation = activation;
  }

  static of(source: LayerSource, inputs: number): KerasDense {
    const { config, weights, name, dialect } = source;
    expectSettings(source, ["units", "activation", "use_bias", "input_dim", "lora_rank", "lora_alpha"]);
    expectSetting(source, "lora_rank", null);
    const units = config.count("units");
    const bias = config.flag("use_bias", true);
    const linear = new Linear(inputs, units, { bias, rng: random(0) });
    fillParameter(linear.weight, transposed(weights.take("kernel", [inputs, units]), inputs, units));
    if (linear.bias) fillParameter(linear.bias, weights.take("bias", [units]));
    return new KerasDense(name, linear, activationOf(config, "activation", dialect));
  }

  forward({ x, mask }: Flow): Flow {
    return { x: this.activation.apply(this.linear.forward(x)), mask };
  }

  describe(): KerasDescription {
    const { inputSize: I, outputSize: O, weight, bias } = this.linear;
    const kernel = { name: "kernel", shape: [I, O], read: async () => transposed(await reading(weight)(), O, I) };
    return {
      className: "Dense",
      config: { units: O, activation: written(this.layerName, this.activation), use_bias: bias !== null },
      weights: bias ? [kernel, { name: "bias", shape: [O], read: reading(bias) }] : [kernel],
    };
  }
}

/** @throws UnsupportedError for an activation that TensorFlow.js has no name for */
export function written(layer: string, { name }: NamedActivation): string {
  if (name !== undefined) return name;
  throw new UnsupportedError({
    where: "writeTfjs",
    what: `TensorFlow.js has no activation like that of layer "${layer}": Keras 3 gave hard_sigmoid another slope, and exponential is Keras's alone`,
    remedy: "Save the model with save() in its own layout.",
  });
}

export class KerasNormalization extends KerasLayer {
  readonly norm: LayerNorm;
  readonly #scaled: boolean;

  constructor(name: string, norm: LayerNorm, scaled = true) {
    super(name);
    this.norm = norm;
    this.#scaled = scaled;
  }

  static of(source: LayerSource, features: number, rank: number): KerasNormalization {
    const { config, weights, name } = source;
    expectSettings(source, ["axis", "epsilon", "center", "scale", "rms_scaling"]);
    expectSetting(source, "rms_scaling", false);
    expectSetting(source, "scale", true);
    const axis = [config.raw("axis") ?? -1].flat();
    if (axis.length !== 1 || (axis[0] !== -1 && axis[0] !== rank - 1)) {
      config.refuse("axis", "the last axis, -1", "Normalise over the features.");
    }
    const norm = new LayerNorm(features, {
      epsilon: config.number("epsilon", 1e-3),
      bias: config.flag("center", true),
    });
    fillParameter(norm.weight, weights.take("gamma", [features]));
    if (norm.bias) fillParameter(norm.bias, weights.take("beta", [features]));
    return new KerasNormalization(name, norm);
  }

  forward({ x, mask }: Flow): Flow {
    return { x: this.norm.forward(x), mask };
  }

  describe(): KerasDescription {
    const { normalizedShape: shape, epsilon, weight, bias } = this.norm;
    const gamma = { name: "gamma", shape, read: reading(weight) };
    return {
      className: "LayerNormalization",
      config: { axis: -1, epsilon, center: bias !== null, scale: this.#scaled },
      weights: bias ? [gamma, { name: "beta", shape, read: reading(bias) }] : [gamma],
    };
  }
}

export class KerasDropout extends KerasLayer {
  readonly dropout: Dropout;

  constructor(name: string, dropout: Dropout) {
    super(name);
    this.dropout = dropout;
  }

  forward({ x, mask }: Flow): Flow {
    return { x: this.dropout.forward(x), mask };
  }

  describe(): KerasDescription {
    return { className: "Dropout", config: { rate: this.dropout.p }, weights: [] };
  }
}

/** A layer without weights: what it does, and what it is in a file. */
export class KerasFunction extends KerasLayer {
  readonly #apply: (flow: Flow) => Flow;
  readonly #className: string;
  readonly #config: () => KerasDescription["config"];

  constructor(name: string, className: string, config: () => KerasDescription["config"], apply: (flow: Flow) => Flow) {
    super(name);
    this.#apply = apply;
    this.#className = className;
    this.#config = config;
  }

  forward(flow: Flow): Flow {
    return this.#apply(flow);
  }

  describe(): KerasDescription {
    return { className: this.#className, config: this.#config(), weights: [] };
  }
}

/** Steps of x [B, T, F] whose features all equal `value` are zeros and masked. */
export const masking =
  (layer: string, value: number) =>
  ({ x }: Flow): Flow => {
    const values = hostValues(x);
    if (!values) {
      throw new UnsupportedError({
        where: "KerasModel.forward",
        what: `the Masking layer "${layer}" reads values that are not on the host`,
        remedy: "Masks are planned on the host: pass the model an input made with tensor(values).",
      });
    }
    const [B = 0, T = 0, F = 0] = x.shape;
    const masked = values instanceof Float32Array ? Math.fround(value) : value; // as Keras compares: in the dtype of the values
    const isKept = (step: number): boolean => values.subarray(step * F, (step + 1) * F).some((each) => each !== masked);
    const kept = Uint8Array.from({ length: B * T }, (_, step) => Number(isKept(step)));
    const factors = Float32Array.from(kept);
    return { x: mul(x, tensor(factors, { shape: [B, T, 1] })), mask: { B, T, kept } };
  };

/** The mean of the steps that are not masked. */
export function averagePooling(layer: string): (flow: Flow) => Flow {
  return ({ x, mask }) => {
    if (mask === undefined) return { x: mean(x, { axes: [1] }) };
    if (mask === "unknown") {
      const what = `the mask that layer "${layer}" needs depends on values that are not on the host`;
      throw new UnsupportedError({ where: "KerasModel.forward", what });
    }
    const { B, T, kept } = mask;
    const factors = tensor(Float32Array.from(kept), { shape: [B, T, 1] });
    const counts = Float32Array.from({ length: B }, (_, row) =>
      kept.subarray(row * T, (row + 1) * T).reduce((count, each) => count + each, 0),
    );
    return { x: div(sum(mul(x, factors), { axes: [1] }), tensor(counts, { shape: [B, 1] })) };
  };
}

export const maxPooling = ({ x }: Flow): Flow => ({ x: max(x, { axes: [1] }) });

export const flatten = ({ x }: Flow): Flow => ({ x: reshape(x, [x.shape[0] as number, sizeOf(x.shape.slice(1))]) });

/** x [B, F], n times over as [B, n, F]. */
export const repeated =
  (n: number) =>
  ({ x }: Flow): Flow => {
    const [B, F] = x.shape as [number, number];
    const shape: Shape = [B, n, F];
    return { x: add(reshape(x, [B, 1, F]), zeros(shape)) };
  };
