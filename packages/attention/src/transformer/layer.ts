import {
  add,
  Dropout,
  expectExtent,
  expectKnown,
  expectOneOf,
  LayerNorm,
  Linear,
  Module,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import { MultiHeadAttention } from "../multi-head-attention";
import { activationOf, LAYER_OPTIONS, type TransformerLayerOptions } from "./options";

/**
 * What encoder and decoder layers have in common: self-attention, two linear layers, and how a part is wrapped,
 *   post: y = LayerNorm(x + Dropout(part(x)));   pre: y = x + Dropout(part(LayerNorm(x)))
 */
export abstract class TransformerLayer extends Module {
  readonly size: number;
  readonly heads: number;
  readonly norm: "pre" | "post";
  readonly activation: (x: Tensor) => Tensor;
  readonly selfAttention: MultiHeadAttention;
  readonly linear1: Linear; // [feedForward, size]
  readonly linear2: Linear; // [size, feedForward]
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout: Dropout;

  protected constructor(where: string, size: number, heads: number, options: TransformerLayerOptions) {
    super();
    expectKnown(where, options, LAYER_OPTIONS);
    const { feedForward = 4 * size, activation = "relu", norm = "post", epsilon = 1e-5, ...parts } = options;
    const { rng = sharedGenerator(), bias = true, dropout = 0 } = parts;
    this.size = expectExtent(where, { size });
    this.heads = heads;
    this.norm = expectOneOf(where, { norm }, ["pre", "post"]);
    this.activation = activationOf(where, activation);
    this.selfAttention = new MultiHeadAttention(size, heads, { ...parts, rng });
    this.linear1 = new Linear(size, expectExtent(where, { feedForward }), { rng, bias });
    this.linear2 = new Linear(feedForward, size, { rng, bias });
    this.norm1 = new LayerNorm(size, { epsilon, bias });
    this.norm2 = new LayerNorm(size, { epsilon, bias });
    this.dropout = new Dropout(dropout, { rng });
  }

  /** x with a part around which the layer passes it. */
  protected wrapped(x: Tensor, norm: LayerNorm, part: (x: Tensor) => Tensor): Tensor {
    if (this.norm === "pre") return add(x, this.dropout.forward(part(norm.forward(x))));
    return norm.forward(add(x, this.dropout.forward(part(x))));
  }

  /** W₂·Dropout(f(W₁·x + b₁)) + b₂ at each step (Vaswani et al. 2017, eq. 2). */
  protected feedForward(x: Tensor): Tensor {
    return this.linear2.forward(this.dropout.forward(this.activation(this.linear1.forward(x))));
  }
}
