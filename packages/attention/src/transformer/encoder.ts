import { expectKnown, type Tensor } from "@unroll/nn";
import { advanced, beginStep, type KeysAndValues, type KeyValueCache, type StepCounts } from "../key-value-cache";
import { TransformerEncoderLayer, type TransformerOptions } from "./encoder-layer";
import { TransformerStack, type TransformerStackOptions } from "./stack";

/** What a step of a stack is told beside its input and cache. */
export interface StepOptions extends TransformerOptions {
  /** How many of the T steps of each row are true, where rows differ; all by default. */
  lengths?: StepCounts;
}

/** A stack of encoder layers, one after another (Vaswani et al. 2017); with a causal mask a decoder-only Transformer. */
export class TransformerEncoder extends TransformerStack<TransformerEncoderLayer> {
  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, options: TransformerStackOptions = {}) {
    super("TransformerEncoder", size, options, (layer) => new TransformerEncoderLayer(size, heads, layer));
  }

  /**
   * @param x [B, T, size]
   * @returns [B, T, size]
   * @throws ShapeError if x has other features
   */
  forward(x: Tensor, options: TransformerOptions = {}): Tensor {
    return this.ended(this.layers.reduce((y, layer) => layer.forward(y, options), x));
  }

  /**
   * The next T steps of B sequences, each seeing those before it: the same rows that `forward` with a causal mask gives for
   * the whole sequences.
   * @param x [B, T, size]
   * @returns [B, T, size], and the cache with these steps
   */
  step(x: Tensor, cache: KeyValueCache, told: StepOptions = {}): { output: Tensor; cache: KeyValueCache } {
    const where = "TransformerEncoder.step";
    const { lengths, ...options } = expectKnown(where, told, ["mask", "lengths"]);
    const { roomy, T, counts } = beginStep(where, x, cache, { lengths, count: this.layers.length });
    const layers: KeysAndValues[] = [];
    let output = x;
    for (const [index, layer] of this.layers.entries()) {
      const result = layer.step(output, roomy.layers[index] as KeysAndValues, cache.lengths, options);
      output = result.output;
      layers.push(result.kept);
    }
    return { output: this.ended(output), cache: advanced(roomy, layers, T, counts) };
  }
}
