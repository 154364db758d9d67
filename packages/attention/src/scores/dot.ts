import { ValueError } from "@unroll/kernels";
import { expectExtent, linear, type Parameter, type Tensor } from "@unroll/nn";
import { Attention, type AttentionResult, type NoState, type PreparedMemory } from "../attention";
import { dotAttention } from "../ops/dot";
import { plainAttention, plainDotScores } from "../ops/plain";
import { type ContentAttention, expectKernel, type ScoreKernel, type ScoreOptions, weightOf } from "./options";

/** Attentions whose score is a scalar product of the query and a key. */
abstract class ProductAttention extends Attention<NoState> implements ContentAttention {
  readonly kernel: ScoreKernel;
  /** What products are multiplied by. */
  readonly scale: number;

  constructor(querySize: number, memorySize: number, options: ScoreOptions, where: string, scale = 1) {
    super(expectExtent(where, { querySize }), expectExtent(where, { memorySize }));
    this.kernel = expectKernel(where, options);
    this.scale = scale;
  }

  protected prepareKeys(memory: Tensor): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    return { keys: memory, rows: {}, weights: {} };
  }

  initialState(): NoState {
    return {};
  }

  scores(query: Tensor, prepared: PreparedMemory): Tensor {
    return plainDotScores(query, this.keysOf(prepared, this.querySize), this.scale);
  }

  protected attendAll(query: Tensor, prepared: PreparedMemory, state: NoState): AttentionResult<NoState> {
    const { scale } = this;
    const { memory, lengths } = prepared;
    const keys = this.keysOf(prepared, this.querySize);
    if (this.kernel === "fused") return { ...dotAttention({ query, keys, memory }, { lengths, scale }), state };
    return { ...plainAttention(plainDotScores(query, keys, scale), memory, lengths), state };
  }
}

/** @throws ValueError where there is no product of a query and a vector of the memory */
function expectEqual(where: string, querySize: number, memorySize: number): void {
  if (querySize === memorySize) return;
  throw new ValueError({
    where,
    what: "querySize and memorySize",
    expected: "equal, since queries are multiplied with the memory itself",
    received: `${querySize} and ${memorySize}`,
    remedy: "Use GeneralAttention, which projects the memory, or project one of them first.",
  });
}

/**
 * Attention by scalar products (Luong et al. 2015, eq. 8, dot):
 *   e_ts = h_tᵀ·h̄_s,   α_t = softmax(e_t),   c_t = Σ_s α_ts·h̄_s
 * It has no parameters. A decoder's step is one dispatch, and one backward.
 */
export class DotAttention extends ProductAttention {
  /** @throws ValueError if the sizes are not positive whole numbers and equal */
  constructor(querySize: number, memorySize: number = querySize, options: ScoreOptions = {}) {
    super(querySize, memorySize, options, "DotAttention");
    expectEqual("DotAttention", querySize, memorySize);
  }
}

/**
 * Scaled scalar products (Vaswani et al. 2017, eq. 1): e_ts = q_tᵀ·m_s/√D, so that the variance of a score is that of a
 * product of two features whatever their number.
 */
export class ScaledDotAttention extends ProductAttention {
  /** @throws ValueError if the sizes are not positive whole numbers and equal */
  constructor(querySize: number, memorySize: number = querySize, options: ScoreOptions = {}) {
    super(querySize, memorySize, options, "ScaledDotAttention", 1 / Math.sqrt(querySize));
    expectEqual("ScaledDotAttention", querySize, memorySize);
  }
}

/**
 * Attention by a bilinear score (Luong et al. 2015, eq. 8, general): e_ts = h_tᵀ·W_a·h̄_s. The keys W_a·h̄_s are
 * projected once, by `prepare`, so that a step costs what dot does.
 */
export class GeneralAttention extends ProductAttention {
  readonly keyWeight: Parameter; // W_a [Q, D]
  readonly hasTorchParameters = true; // see `saveTorch`

  /** @throws ValueError if a size is not a positive whole number */
  constructor(querySize: number, memorySize: number, options: ScoreOptions = {}) {
    super(querySize, memorySize, options, "GeneralAttention");
    this.keyWeight = weightOf([querySize, memorySize], options.rng);
  }

  protected override prepareKeys(memory: Tensor): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    return { keys: linear(memory, this.inPrecision(this.keyWeight)), rows: {}, weights: {} };
  }
}
