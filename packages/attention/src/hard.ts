import { ValueError } from "@unroll/kernels";
import {
  add,
  argmax,
  BufferUpdate,
  cast,
  categorical,
  detach,
  dropout,
  elementwise,
  expectExtent,
  expectKnown,
  expectProbability,
  expectShape,
  type Generator,
  greater,
  log,
  Module,
  ModuleBuffer,
  matmul,
  maximum,
  mean,
  mul,
  neg,
  oneHot,
  ones,
  sharedGenerator,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
} from "@unroll/nn";
import { Attention, type AttentionResult, type AttentionState, type PreparedMemory } from "./attention";
import { MASKED } from "./masked";

/** What a row's draws so far say about its gradient. */
export type HardState = Readonly<{
  /** Σ_t log p(s̃_t) of the places drawn [B]. */
  logProbability: Tensor;
  /** Σ_t H(s̃_t), the entropy of the distributions that they were drawn from [B]. */
  entropy: Tensor;
}>;

export interface HardAttentionOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** Probability that a row's context at a step is its expected value instead of a draw: it lowers the variance; ½ in the paper. */
  expected?: number;
}

/** The least that a logarithm is taken of. */
const TINY = 1e-37;

/**
 * Stochastic "hard" attention (Xu et al. 2015, section 4.1) over whatever another attention weighs: while training, one
 * place is drawn with the probabilities α, and the context is the vector there,
 *   s̃_t ∼ Multinoulli(α_t),   c_t = m_{s̃_t}
 * Through a draw no gradient flows; `hardAttentionLoss` makes one from the state's `logProbability` and `entropy`. After
 * `eval()` the most probable place is taken. `weights` are what counted: 1 at the place, or α where the expected value
 * was taken.
 */
export class HardAttention<S extends AttentionState = AttentionState> extends Attention<S & HardState> {
  override readonly isSequential: boolean;
  readonly soft: Attention<S>;
  readonly expected: number;
  readonly rng: Generator;

  /** @throws ValueError if `expected` is not from 0 to less than 1 */
  constructor(soft: Attention<S>, options: HardAttentionOptions = {}) {
    super(soft.querySize, soft.memorySize);
    expectKnown("HardAttention", options, ["expected", "rng"]);
    expectExtent("HardAttention", { "soft.querySize": soft.querySize });
    const { rng = sharedGenerator(), expected = 0.5 } = options;
    expectProbability("HardAttention", { expected }); // with 1 nothing would be drawn
    this.isSequential = soft.isSequential;
    this.soft = soft;
    this.expected = expected;
    this.rng = rng;
  }

  protected prepareKeys(
    memory: Tensor,
    lengths: Tensor | undefined,
  ): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    const { keys, rows, weights } = this.soft.prepare(memory, { lengths });
    return { keys, rows, weights };
  }

  initialState(prepared: PreparedMemory): S & HardState {
    const none = zeros([prepared.memory.shape[0] as number]);
    return { ...this.soft.initialState(prepared), logProbability: none, entropy: none };
  }

  protected attendAll(query: Tensor, prepared: PreparedMemory, state: S & HardState): AttentionResult<S & HardState> {
    const { memory } = prepared;
    const S = memory.shape[1] as number;
    const { weights: alpha, state: next } = this.soft.attend(query, prepared, state);
    const isPossible = greater(alpha, 0);
    const logs = log(maximum(alpha, TINY));
    const places = this.training
      ? categorical(where(isPossible, detach(logs), MASKED), { rng: this.rng })
      : argmax(alpha);
    // of a row of length 0 nothing can be taken
    const taken = mul(oneHot(places, S), cast(isPossible, "f32"));
    const isDrawn = this.#drawn(taken);
    const weights = isDrawn ? where(isDrawn, taken, alpha) : taken;
    const counted = isDrawn ? mul(taken, cast(isDrawn, "f32")) : taken;
    const overPlaces = { axes: [1, 2] } as const;
    return {
      context: matmul(weights, memory),
      weights,
      state: {
        ...next,
        logProbability: add(state.logProbability, sum(mul(counted, logs), overPlaces)),
        entropy: sub(state.entropy, sum(mul(alpha, logs), overPlaces)),
      },
    };
  }

  /** For each row and query whether its draw counts [B, T, 1]; absent where all do. */
  #drawn({ shape }: Tensor): Tensor | undefined {
    if (!this.training || this.expected === 0) return undefined;
    return greater(dropout(ones([shape[0] as number, shape[1] as number, 1]), this.expected, { rng: this.rng }), 0);
  }
}

/**
 * What log-likelihoods are compared with, b in the gradient of hard attention: their exponentially decaying mean,
 *   b ← 0.9·b + 0.1·log p   (Xu et al. 2015, section 4.1)
 * over a batch. It is saved with a model and changes as part of the submission that computes the loss.
 */
export class RewardBaseline extends Module {
  readonly value: ModuleBuffer; // b []
  readonly hasTorchParameters = true; // see `saveTorch`
  readonly decay: number;

  /** @throws ValueError if `decay` is not from 0 to less than 1 */
  constructor(options: { decay?: number } = {}) {
    super();
    const { decay = 0.9 } = expectKnown("RewardBaseline", options, ["decay"]);
    expectProbability("RewardBaseline", { decay });
    this.decay = decay;
    this.value = new ModuleBuffer(new Float32Array(1), []);
  }

  /** Lets the mean of `reward` [B] join the baseline whenever the tensor that this gives, that mean, is computed. */
  joined(reward: Tensor): Tensor {
    const now = mean(reward);
    const share = 1 - this.decay;
    now.update = new BufferUpdate([this.value], ([before]) => {
      const old = before as Tensor;
      return [elementwise("add", [old, elementwise("mul", [elementwise("sub", [now, old]), share])])];
    });
    return now;
  }
}

export interface HardAttentionLossOptions {
  /** λ_r, what the reward counts for; 1 by default. */
  rewardWeight?: number;
  /** λ_e, what entropy counts for; 0.002 by default. */
  entropyWeight?: number;
}

/**
 * A loss whose gradient is the variance-reduced estimate of Xu et al. (2015, section 4.1), the mean over rows of
 *   −( ∂log p(y | s̃) + λ_r·(log p(y | s̃) − b)·∂log p(s̃) + λ_e·∂H(s̃) )
 * Its value is the negative log-likelihood with those terms added, which is not to be minimised for its own sake: watch
 * −mean(log p).
 * @param logLikelihood log p(y | s̃) of each row [B]
 * @param state what the row's last query left
 * @throws ShapeError if there is not a log-likelihood for each row
 * @throws ValueError if a weight is negative
 */
export function hardAttentionLoss(
  logLikelihood: Tensor,
  { logProbability, entropy }: HardState,
  baseline: RewardBaseline,
  options: HardAttentionLossOptions = {},
): Tensor {
  const where = "hardAttentionLoss";
  expectKnown(where, options, ["rewardWeight", "entropyWeight"]);
  const { rewardWeight = 1, entropyWeight = 0.002 } = options;
  for (const [what, weight] of Object.entries({ rewardWeight, entropyWeight })) {
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new ValueError({ where, what, expected: "0 or more", received: String(weight) });
  }
  expectShape(where, { logLikelihood }, [logProbability.size], "One log-likelihood for each row: sum over its steps.");
  const reward = mul(sub(detach(logLikelihood), detach(baseline.value)), rewardWeight);
  const drawn = add(mul(reward, logProbability), mul(entropy, entropyWeight));
  return neg(add(baseline.joined(logLikelihood), mean(drawn)));
}
