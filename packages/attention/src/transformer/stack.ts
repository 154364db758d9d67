import { expectExtent, expectKnown, LayerNorm, Module, type Tensor } from "@unroll/nn";
import { emptyCache, type KeyValueCache } from "../key-value-cache";
import type { TransformerLayer } from "./layer";
import { LAYER_OPTIONS, type TransformerLayerOptions } from "./options";

export interface TransformerStackOptions extends TransformerLayerOptions {
  /** How many layers there are; 6 by default. */
  layers?: number;
  /** Whether the stack ends in a normalisation of its own: by default where layers normalise before their parts. */
  finalNorm?: boolean;
}

/** Layers one after another, and the normalisation that they may end in. */
export abstract class TransformerStack<
  L extends TransformerLayer,
  O extends TransformerStackOptions = TransformerStackOptions,
> extends Module {
  readonly size: number;
  readonly layers: readonly L[];
  readonly norm: LayerNorm | null;

  protected constructor(
    where: string,
    size: number,
    options: O,
    makeLayer: (options: Omit<O, "layers" | "finalNorm">) => L,
    own: readonly string[] = [],
  ) {
    super();
    expectKnown(where, options, ["layers", "finalNorm", ...own, ...LAYER_OPTIONS]);
    const { layers = 6, finalNorm = options.norm === "pre", ...layer } = options;
    const { epsilon = 1e-5, bias = true } = options;
    this.size = size;
    this.layers = Array.from({ length: expectExtent(where, { layers }) }, () => makeLayer(layer));
    this.norm = finalNorm ? new LayerNorm(size, { epsilon, bias }) : null;
  }

  /** A cache without steps for B rows of at most `capacity` steps. */
  emptyCache(B: number, capacity: number): KeyValueCache {
    return emptyCache(
      B,
      capacity,
      this.layers.map((layer) => layer.selfAttention.cacheFeatures),
    );
  }

  /** What the last layer gave, normalised where the stack ends so. */
  protected ended(output: Tensor): Tensor {
    return this.norm ? this.norm.forward(output) : output;
  }
}
