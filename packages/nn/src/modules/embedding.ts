import { embedding } from "../ops/embedding";
import { type Generator, sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { ModuleBuffer } from "../tensor/module-buffer";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectShape } from "../tensor/shape";
import { type NestedNumbers, Tensor, tensor } from "../tensor/tensor";
import { type Initial, normal, uniform } from "./init";
import { Module } from "./module";
import { expectExtent, expectInit, type Init } from "./options";

export interface EmbeddingOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** An id whose row starts at zero and gets no gradient. */
  paddingId?: number;
  /** `torch`: N(0, 1); `keras`: U(−0.05, 0.05). `torch` by default. */
  init?: Init;
  /** Vectors to start from [V, D]: `Embedding.fromPretrained` sets it. */
  vectors?: Initial;
  /** Whether they stay as they are; false by default. */
  frozen?: boolean;
}

/** What `Embedding.fromPretrained` takes beside the vectors. */
export interface PretrainedOptions {
  /** Whether they stay as they are, as by default in PyTorch; then they are a buffer, saved with the model and not trained. */
  frozen?: boolean;
  /** An id whose row gets no gradient; its vector is kept as it is. */
  paddingId?: number;
}

/** A vector for each of V tokens, learned or given. */
export class Embedding extends Module {
  readonly size: number; //      V
  readonly dimension: number; // D
  readonly paddingId: number | undefined;
  readonly weight: Parameter; // [V, D]; a ModuleBuffer where it is frozen

  /**
   * An embedding of given vectors: those that `readWord2Vec` of `@unroll/data` reads, say.
   * @param vectors a row for each token: rows of numbers, or all numbers and their shape [V, D]
   * @throws ShapeError if they are not [V, D]
   * @throws ValueError if one is not finite, or `paddingId` is none of the tokens
   */
  static fromPretrained(
    vectors: NestedNumbers | { readonly data: Float32Array<ArrayBuffer>; readonly shape: readonly number[] },
    options: PretrainedOptions = {},
  ): Embedding {
    const where = "Embedding.fromPretrained";
    const { frozen = true, paddingId } = expectKnown(where, options, ["frozen", "paddingId"]);
    if (vectors instanceof Tensor) {
      const remedy = "Pass { data: await vectors.data(), shape: vectors.shape }.";
      refuseValue(where, { vectors }, "rows of numbers, or all numbers and their shape", remedy);
    }
    const isShaped = typeof vectors === "object" && "shape" in vectors && "data" in vectors;
    const { node, shape } = isShaped
      ? tensor(vectors.data, { shape: vectors.shape, name: "vectors" })
      : tensor(vectors, { name: "vectors" });
    const { V, D } = expectShape(where, { vectors: { shape, dtype: "f32" } }, ["V", "D"]);
    const data = node.kind === "host" ? Float32Array.from(node.data) : new Float32Array(0);
    return new Embedding(V as number, D as number, {
      vectors: { data, shape },
      frozen,
      ...(paddingId === undefined ? {} : { paddingId }),
    });
  }

  /** @throws ValueError if a size is not a positive whole number, `paddingId` is none of the tokens, or `init` is unknown; ShapeError if `vectors` are not [V, D] */
  constructor(size: number, dimension: number, options: EmbeddingOptions = {}) {
    super();
    expectKnown("Embedding", options, ["rng", "paddingId", "init", "vectors", "frozen"]);
    const { rng = sharedGenerator(), paddingId } = options;
    const init = expectInit("Embedding", options.init ?? "torch");
    this.size = expectExtent("Embedding", { size });
    this.dimension = expectExtent("Embedding", { dimension });
    if (paddingId !== undefined && !(Number.isInteger(paddingId) && paddingId >= 0 && paddingId < size)) {
      refuseValue("Embedding", { paddingId }, `one of the tokens 0 to ${size - 1}`);
    }
    this.paddingId = paddingId;
    const shape = [size, dimension];
    const initial = options.vectors ?? (init === "keras" ? uniform(shape, 0.05, rng) : normal(shape, 1, rng));
    if (paddingId !== undefined && !options.vectors) {
      initial.data.fill(0, paddingId * dimension, (paddingId + 1) * dimension);
    }
    this.weight = options.frozen ? new ModuleBuffer(initial.data, initial.shape) : parameter(initial);
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
