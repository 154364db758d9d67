import { ValueError } from "@unroll/kernels";
import { add, cast, div, linear, mul, type Parameter, reshape, sigmoid, type Tensor, zeros } from "@unroll/nn";
import type { AttentionResult, PreparedMemory } from "../attention";
import { AdditiveBase, type AdditiveOptions } from "./additive-base";
import { preparedPart, weightOf } from "./options";

/** How far each position was covered. */
export type CoverageState = Readonly<{
  /** c_t = Σ of the weights before [B, S], each position's divided by its fertility where there is one. */
  coverage: Tensor;
}>;

export interface CoverageOptions extends AdditiveOptions {
  /** N, the most words that one position may stand for: its fertility is then learned, at most N (Tu et al. 2016, eq. 9). */
  fertility?: number;
}

/**
 * Attention that sees what was already attended to (See et al. 2017, eq. 10 and 11; Tu et al. 2016):
 *   c_t = Σ_{u < t} α_u,   e_ts = vᵀ·tanh(W_h·h_s + W_s·s_t + w_c·c_ts + b)
 * With `fertility` N it is Tu's linguistic coverage, eq. 8 and 9: c_ts = Σ_{u < t} α_us/Φ_s, Φ_s = N·σ(U_f·h_s). With
 * `coverageLoss` beside the loss it learns to look at nothing twice.
 */
export class CoverageAttention extends AdditiveBase<CoverageState> {
  override readonly isSequential: boolean = true;
  readonly fertility: number | undefined; //     N
  readonly fertilityWeight: Parameter | null; // U_f [1, D]

  /** @throws ValueError if a size is not a positive whole number, or `fertility` not above 0 */
  constructor(querySize: number, memorySize: number, options: CoverageOptions = {}) {
    const where = "CoverageAttention";
    super(querySize, memorySize, { bias: true, ...options }, where, { featureCount: 1, own: ["fertility"] });
    const { fertility, rng } = options;
    if (fertility !== undefined && !(fertility > 0 && Number.isFinite(fertility))) {
      throw new ValueError({
        where,
        what: "fertility",
        expected: "a number above 0, the most words that a position stands for",
        received: String(fertility),
        remedy: "Leave it out for the plain sum of weights.",
      });
    }
    this.fertility = fertility;
    this.fertilityWeight = fertility === undefined ? null : weightOf([1, memorySize], rng);
  }

  protected override prepareKeys(memory: Tensor): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    const prepared = super.prepareKeys(memory);
    const { fertility, fertilityWeight } = this;
    if (fertility === undefined || !fertilityWeight) return prepared;
    const logits = cast(linear(memory, this.inPrecision(fertilityWeight)), "f32");
    const fertilities = mul(sigmoid(reshape(logits, memory.shape.slice(0, 2))), fertility);
    return { ...prepared, rows: { fertilities } };
  }

  initialState({ memory }: PreparedMemory): CoverageState {
    return { coverage: zeros(memory.shape.slice(0, 2)) };
  }

  protected attendAll(
    query: Tensor,
    prepared: PreparedMemory,
    { coverage }: CoverageState,
  ): AttentionResult<CoverageState> {
    const [B, S] = coverage.shape as [number, number];
    const features = reshape(coverage, [B, 1, S, 1]);
    const { context, weights } = this.attended(this.scoreInputs(query, prepared, features), prepared);
    const now = reshape(weights, [B, S]);
    const covered =
      this.fertility === undefined
        ? now
        : div(now, preparedPart("CoverageAttention.attend", prepared, "rows", "fertilities"));
    return { context, weights, state: { coverage: add(coverage, covered) } };
  }
}
