import { type Limits, type Plan, wgsl } from "../core";

/** A workgroup for each of the B·T queries. */
export interface QueryPlan extends Plan {
  readonly workgroupSize: number;
  readonly widest: number;
}

/** A sum over the features of a position. */
export interface PositionSum {
  /** Features, in fours. */
  readonly extent: number;
  /** WGSL of what is the same at all positions, by four, which lanes keep. */
  readonly kept?: Readonly<Record<string, (q: string) => string>>;
  /** WGSL of the two factors of four terms of position `s`, from the names of what is kept. */
  readonly factors: (q: string, kept: (name: string) => string) => readonly [string, string];
  /** WGSL that has the sum as `value`. */
  readonly finish: string;
}

/** A sum over positions of each feature. */
export interface FeatureSum {
  /** Features, in fours. */
  readonly extent: number;
  /** WGSL of what is the same at all positions of four `q`. */
  readonly before?: string;
  /** The number of each position that its features are multiplied with: WGSL of an array's element at `s`. */
  readonly weight: string;
  /** WGSL of the four features `q` of position `s`. */
  readonly features: string;
  /** WGSL that has the sum as `sum`. */
  readonly finish: string;
}

/** What a kernel of phases is made of. */
export interface QueryCode {
  /** WGSL of how many positions there are. */
  readonly count: string;
  readonly functions: readonly string[];
  readonly phases: readonly string[];
}

/** How many sums there are over the features of a position: the k-th of every eighth four from the k-th on. */
export const SHARE = 8;
/** How many lanes share the positions of a four of features: lane g has those with s mod 4 = g. */
export const GROUPS = 4;
/** Sums over positions: of those that are alike mod 128, then of sixteen such sums at a time, then of those. */
export const [STRIDE, BUNDLE] = [128, 16];

/**
 * How the lanes of a workgroup share the work of one query, all positions of its row's memory. Kernels are written once
 * over it: `row` is the query, `b` its row of the batch, `at` and `keysAt` the first positions of its weights [B, T, S]
 * and of its memory [B, S, …], `count` how many positions there are.
 *
 * Every sum over features or positions adds the same numbers in the same order, with `fma`, however long the padded axis
 * is and whoever adds them: so padding changes no bit, and neither does the choice between these.
 */
export interface Phases {
  /** Added to the names of kernels. */
  readonly suffix: string;
  readonly plan: (queries: number, limits: Limits) => QueryPlan;
  readonly kernel: (plan: QueryPlan, code: QueryCode) => string;
  /**
   * A sum over features for each position `s`: eight sums, of every eighth four each, in order; of each the parts of the
   * four, (x + y) + (z + w); and these in order. What a lane writes at a position it finds at that position in `ownPositions`.
   */
  readonly eachPosition: (sum: PositionSum) => string;
  /** WGSL run for each position `s` up to `end` by the lane that has it. */
  readonly ownPositions: (body: string, end?: string) => string;
  /** The largest of all lanes' `own`, as `name`, known to all. */
  readonly highest: (name: string, own: string) => string;
  /** The sum over all positions of what is written at `s`, times a factor of the position, as `name`, known to all. */
  readonly total: (name: string, value: string, factor?: string) => string;
  /** From here on all lanes may read what others wrote. */
  readonly meet: string;
  /**
   * Σ_s of fours of features `q` over all positions: those with s mod 4 = g in order, for each g, and these four in order.
   * After `meet`.
   */
  readonly eachFeature: (sum: FeatureSum) => string;
}

/** WGSL of the positions of a row: those of its length. */
export const positions = (hasLengths: boolean): string => (hasLengths ? "min(lengths[b], dims.S)" : "dims.S");

/**
 * The lines that declare a query's places, and `zero`, which it is for any batch of less than 2^31 rows. Compilers cannot know
 * that, and so keep a sum that begins with it as it is written: of one that begins with 0.0 they would make the first product
 * a part of whatever is added after it, in one kernel and not in the other.
 */
export const QUERY_PLACES = wgsl`
      let zero = f32(dims.B >> 31u);
      let b = row / dims.T;
      let at = row * dims.S;
      let keysAt = b * dims.S;`;

/**
 * Softmax over the positions (Bahdanau et al. 2015, eq. 6): `score(then)` runs `then` for each position with its score as
 * `value`. `weights` gets e^(score − max)/Σ, and zeros past the row's length.
 */
export const softmaxPhase = (p: Phases, score: (then: string) => string): string => wgsl`
      var most = LOWEST;
      ${score("weights[at + s] = value; most = max(most, value);")}
      ${p.highest("highest", "most")}
      ${p.ownPositions("weights[at + s] = expSafe(weights[at + s] - highest);")}
      ${p.total("total", "weights[at + s]")}
      ${p.ownPositions("if (s < count) { weights[at + s] = weights[at + s] / total; } else { weights[at + s] = 0.0; }", "dims.S")}
      ${p.meet}`;

/** The context c = Σ_s α_s·m_s (Bahdanau et al. 2015, eq. 5). */
export const contextPhase = (p: Phases, D: number): string =>
  p.eachFeature({
    extent: D,
    weight: "weights[at + s]",
    features: "load_memory(keysAt + s, q)",
    finish: "store_context(row, q, sum);",
  });

/**
 * From the gradients of a context and of weights to those of the scores:
 *   dα_s = dα_s + Σ_d dc_d·m_sd,   de_s = α_s·(dα_s − Σ_u α_u·dα_u)
 * Weights that are 0 past a row's length make 0 of whatever stands there.
 */
export function scoreGradientPhase(
  p: Phases,
  D: number,
  has: { readonly dContext: boolean; readonly dWeights: boolean },
): string {
  const given = has.dWeights ? "dWeights[at + s]" : "0.0";
  const fromContext = p.eachPosition({
    extent: D,
    kept: { up: (q) => `load_dContext(row, ${q})` },
    factors: (q, kept) => [kept("up"), `load_memory(keysAt + s, ${q})`],
    finish: `dScores[at + s] = ${has.dWeights ? `value + ${given}` : "value"};`,
  });
  return wgsl`
      ${has.dContext ? fromContext : p.ownPositions(`dScores[at + s] = ${given};`)}
      ${p.total("total", "dScores[at + s]", "weights[at + s]")}
      ${p.ownPositions("dScores[at + s] = weights[at + s] * (dScores[at + s] - total);")}
      ${p.meet}`;
}
