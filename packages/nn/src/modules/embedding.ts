import { ValueError } from "@unroll/kernels";
import { embedding } from "../ops/embedding";
import { type Generator, sharedGenerator } from "../random/generator";
import { type Parameter, parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { normal, uniform } from "./init";
import { Module } from "./module";
import { expectExtent, expectInit, type Init } from "./options";

export interface EmbeddingOptions {
  rng?: Generator;
  /** An id whose row starts at zero and gets no gradient. */
  paddingId?: number;
  /** `torch`: N(0, 1); `keras`: U(−0.05, 0.05). */
  init?: Init;
}

/** A learned vector for each of V tokens. */
export class Embedding extends Module {
  readonly size: number; //      V
  readonly dimension: number; // D
  readonly paddingId: number | undefined;
  readonly weight: Parameter; // [V, D]

  /** @throws ValueError if a size is not a positive whole number, `paddingId` is none of the tokens, or `init` is unknown */
  constructor(size: number, dimension: number, options: EmbeddingOptions = {}) {
    super();
    const { rng = sharedGenerator(), paddingId } = options;
    const init = expectInit("Embedding", options.init ?? "torch");
    this.size = expectExtent("Embedding", { size });
    this.dimension = expectExtent("Embedding", { dimension });
    if (paddingId !== undefined && !(Number.isInteger(paddingId) && paddingId >= 0 && paddingId < size)) {
      throw new ValueError({
        where: "Embedding",
        what: "paddingId",
        expected: `one of the tokens 0 to ${size - 1}`,
        received: String(paddingId),
      });
    }
    this.paddingId = paddingId;
    const shape = [size, dimension];
    const initial = init === "keras" ? uniform(shape, 0.05, rng) : normal(shape, 1, rng);
    if (paddingId !== undefined) initial.data.fill(0, paddingId * dimension, (paddingId + 1) * dimension);
    this.weight = parameter(initial);
  }

  /**
   * @param ids [...] of u32 or i32
   * @returns [..., D]
   * @throws ValueError if an id is not one of the V tokens
   */
  forward(ids: Tensor): Tensor {
    return embedding(
      this.inPrecision(this.weight),
      ids,
      this.paddingId === undefined ? {} : { paddingId: this.paddingId },
    );
  }
}
