import { ValueError } from "@unroll/kernels";
import { expectKnown, Tensor } from "@unroll/nn";
import { advanced, beginStep, type KeysAndValues, type KeyValueCache } from "../key-value-cache";
import {
  type Decoded,
  TransformerDecoderLayer,
  type TransformerDecoderLayerOptions,
  type TransformerDecoderOptions,
} from "./decoder-layer";
import type { StepOptions } from "./encoder";
import { TransformerStack, type TransformerStackOptions } from "./stack";

export interface TransformerDecoderStackOptions
  extends TransformerStackOptions,
    Pick<TransformerDecoderLayerOptions, "memorySize"> {}

/** What a stack gives. */
export interface DecodedStack {
  /** [B, T, size] */
  readonly output: Tensor;
  /** Of each layer's attention to the memory [B, N, T, S], where asked for; otherwise empty. */
  readonly weights: readonly Tensor[];
}

/** A stack of decoder layers, one after another, all of which attend to the same memory (Vaswani et al. 2017). */
export class TransformerDecoder extends TransformerStack<TransformerDecoderLayer, TransformerDecoderStackOptions> {
  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, options: TransformerDecoderStackOptions = {}) {
    const make = (layer: TransformerDecoderLayerOptions) => new TransformerDecoderLayer(size, heads, layer);
    super("TransformerDecoder", size, options, make, ["memorySize"]);
  }

  /** Keys and values of the memory [B, S, memorySize] for each layer, projected once for all steps. */
  prepare(memory: Tensor): readonly KeysAndValues[] {
    return this.layers.map((layer) => layer.prepare(memory));
  }

  /**
   * @param x [B, T, size]; without a causal mask each step sees those after it
   * @param memory [B, S, memorySize], or what `prepare` made of it
   * @throws ShapeError if x or the memory has other features
   */
  forward(x: Tensor, memory: Tensor | readonly KeysAndValues[], options: TransformerDecoderOptions = {}): DecodedStack {
    const prepared = Array.isArray(memory)
      ? this.#expectPrepared("TransformerDecoder.forward", memory)
      : this.prepare(memory as Tensor);
    return this.#through(x, options, (layer, y, index) => layer.forward(y, prepared[index] as KeysAndValues, options));
  }

  /**
   * The next T steps of B sequences, each seeing those before it: the same rows that `forward` with a causal mask gives for
   * the whole sequences.
   * @param x [B, T, size]
   * @param prepared from `prepare`
   */
  step(
    x: Tensor,
    prepared: readonly KeysAndValues[],
    cache: KeyValueCache,
    told: StepOptions & TransformerDecoderOptions = {},
  ): DecodedStack & { readonly cache: KeyValueCache } {
    const where = "TransformerDecoder.step";
    expectKnown(where, told, ["mask", "memoryMask", "needWeights", "lengths"]);
    const { lengths, ...options } = told;
    const { roomy, T, counts } = beginStep(where, x, cache, { lengths, count: this.layers.length });
    this.#expectPrepared(where, prepared);
    const layers: KeysAndValues[] = [];
    const result = this.#through(x, options, (layer, y, index) => {
      const [own, kept] = [prepared[index], roomy.layers[index]] as [KeysAndValues, KeysAndValues];
      const decoded = layer.step(y, own, kept, cache.lengths, options);
      layers.push(decoded.kept);
      return decoded;
    });
    return { ...result, cache: advanced(roomy, layers, T, counts) };
  }

  /** @throws ValueError unless it has keys and values for each layer */
  #expectPrepared(where: string, prepared: readonly KeysAndValues[]): readonly KeysAndValues[] {
    if (Array.isArray(prepared) && prepared.length === this.layers.length) return prepared;
    const [expected, remedy] = [
      `keys and values for each of ${this.layers.length} layers`,
      "Pass what prepare(memory) gave.",
    ];
    const received = Array.isArray(prepared)
      ? `those of ${prepared.length}`
      : prepared instanceof Tensor
        ? String(prepared)
        : "something else";
    throw new ValueError({ where, what: "prepared", expected, received, remedy });
  }

  #through(
    x: Tensor,
    { needWeights = false }: TransformerDecoderOptions,
    through: (layer: TransformerDecoderLayer, y: Tensor, index: number) => Decoded,
  ): DecodedStack {
    const weights: Tensor[] = [];
    let output = x;
    for (const [index, layer] of this.layers.entries()) {
      const decoded = through(layer, output, index);
      output = decoded.output;
      if (needWeights && decoded.weights) weights.push(decoded.weights);
    }
    return { output: this.ended(output), weights };
  }
}
