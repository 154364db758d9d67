import { type Float64Tensor, float64 } from "@unroll/testing";

/** An attention over a batch in float64: query [B, T, Q], memory [B, S, D], lengths, and parameters by name. */
export interface AttentionCase {
  readonly query: Float64Tensor;
  readonly memory: Float64Tensor;
  readonly lengths: readonly number[];
  readonly parameters: Readonly<Record<string, Float64Tensor>>;
}

type Vector = Float64Array;

/** What one row's attention sees at one query. */
export interface Place {
  readonly query: Vector;
  /** The row's true positions. */
  readonly memory: readonly Vector[];
  readonly parameter: (name: string) => Float64Tensor;
  /** t, from 0. */
  readonly step: number;
}

const dot = (a: Vector, b: Vector): number => a.reduce((total, value, n) => total + value * (b[n] ?? Number.NaN), 0);
const rowOf = ({ data, shape }: Float64Tensor, row: number): Vector => {
  const width = shape.at(-1) ?? 1;
  return data.slice(row * width, (row + 1) * width);
};
/** W·x for a matrix [O, I]. */
const times = (weight: Float64Tensor, x: Vector): Vector =>
  Float64Array.from({ length: weight.shape[0] ?? 0 }, (_, row) => dot(rowOf(weight, row), x));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** A score of each true position. */
export type Score = (place: Place, features?: readonly Vector[]) => number[];

/** e_s = vᵀ·tanh(W_q·q + W_k·m_s + b + U·f_s), v normalised to the length of its gain where it has one. */
export const additive =
  ({ path = "", bias = false, normalise = false } = {}): Score =>
  ({ query, memory, parameter }, features) => {
    const of = (name: string): Float64Tensor => parameter(`${path}${name}`);
    const q = times(of("queryWeight"), query);
    const { data: given } = of("vector");
    const factor = normalise ? (of("gain").data[0] ?? 0) / Math.sqrt(dot(given, given) + 1e-12) : 1;
    return memory.map((m, s) => {
      const k = times(of("keyWeight"), m);
      const f = features ? times(of("featureWeight"), features[s] as Vector) : undefined;
      const units = q.map((value, a) =>
        Math.tanh(value + (k[a] ?? 0) + (bias ? (of("bias").data[a] ?? 0) : 0) + (f ? (f[a] ?? 0) : 0)),
      );
      return factor * dot(given, units);
    });
  };

/** e_s = scale·qᵀ·m_s */
export const product =
  (scale = 1): Score =>
  ({ query, memory }) =>
    memory.map((m) => scale * dot(query, m));

/** e_s = qᵀ·W·m_s */
export const general =
  (path = ""): Score =>
  ({ query, memory, parameter }) =>
    memory.map((m) => dot(query, times(parameter(`${path}keyWeight`), m)));

/** Softmax; nothing of nothing. */
export function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const e = scores.map((score) => Math.exp(score - highest));
  const total = e.reduce((sum, value) => sum + value, 0);
  return e.map((value) => value / total);
}

/** Weights of a row's true positions at one query, from those of the queries before. */
export type Alignment = (place: Place, before: readonly (readonly number[])[]) => number[];

export const content =
  (score: Score): Alignment =>
  (place) =>
    softmax(score(place));

/** Sum of the weights before, by position. */
const summed = (before: readonly (readonly number[])[], length: number): number[] =>
  Array.from({ length }, (_, s) => before.reduce((sum, weights) => sum + (weights[s] ?? 0), 0));

/** Chorowski et al. 2015, eq. 8 and 9: filters over the weights before, with zeros past the ends of the memory. */
export const locationAware =
  (cumulative: boolean): Alignment =>
  (place, before) => {
    const { memory, parameter } = place;
    const filter = parameter("filter");
    const [filters = 0, , width = 0] = filter.shape;
    const last = cumulative ? summed(before, memory.length) : (before.at(-1) ?? memory.map(() => 0));
    const features = memory.map((_, s) =>
      Float64Array.from({ length: filters }, (__, k) =>
        rowOf({ shape: [filters, width], data: filter.data }, k).reduce(
          (sum, w, j) => sum + w * (last[s + j - (width - 1) / 2] ?? 0),
          0,
        ),
      ),
    );
    return softmax(additive({ bias: true })(place, features));
  };

/** See et al. 2017, eq. 10 and 11, and Tu et al. 2016, eq. 8 and 9. */
export const coverage =
  (fertility?: number): Alignment =>
  (place, before) => {
    const { memory, parameter } = place;
    const sums = summed(before, memory.length);
    const features = memory.map((m, s) => {
      const most = fertility ? fertility * sigmoid(dot(parameter("fertilityWeight").data, m)) : 1;
      return Float64Array.of((sums[s] ?? 0) / most);
    });
    return softmax(additive({ bias: true })(place, features));
  };

/** Luong et al. 2015, section 3.2: softmax over a window around p, times a Gaussian where there is a σ. */
function windowed(scores: readonly number[], centre: number, window: number, deviation?: number): number[] {
  const inside = scores.flatMap((_, s) => (Math.abs(s - centre) <= window ? [s] : []));
  const weights = scores.map(() => 0);
  const alpha = softmax(inside.map((s) => scores[s] as number));
  for (const [k, s] of inside.entries()) {
    weights[s] = (alpha[k] ?? 0) * (deviation ? Math.exp(-((s - centre) ** 2) / (2 * deviation ** 2)) : 1);
  }
  return weights;
}

export const localMonotonic =
  (score: Score, window: number): Alignment =>
  (place) =>
    windowed(score(place), place.step, window);

export const localPredictive =
  (score: Score, window: number): Alignment =>
  (place) => {
    const { query, memory, parameter } = place;
    const units = times(parameter("positionWeight"), query).map(Math.tanh);
    const centre = memory.length * sigmoid(dot(parameter("positionVector").data, units));
    return windowed(score(place), centre, window, window / 2);
  };

/** Raffel et al. 2017, eq. 8, as the sum that it is; hard with probabilities of 0 and 1. */
export const monotonic =
  (score: Score, isHard: boolean): Alignment =>
  (place, before) => {
    const { memory, parameter } = place;
    const p = score(place).map((e) => {
      const x = e + (parameter("offset").data[0] ?? 0);
      return isHard ? Number(x > 0) : sigmoid(x);
    });
    const last = before.at(-1) ?? memory.map((_, s) => Number(s === 0));
    return p.map((stop, s) => {
      let arrived = 0;
      for (let k = 0; k <= s; k++) {
        arrived += p.slice(k, s).reduce((onward, other) => onward * (1 - other), last[k] ?? 0);
      }
      return stop * arrived;
    });
  };

/** c_t = Σ_s α_ts·m_s for all queries of all rows. */
export function attendReference(
  alignment: Alignment,
  { query, memory, lengths, parameters }: AttentionCase,
): { readonly context: Float64Tensor; readonly weights: Float64Tensor } {
  const [B = 0, T = 0, Q = 0] = query.shape;
  const [, S = 0, D = 0] = memory.shape;
  const context = float64([B, T, D], new Float64Array(B * T * D));
  const weights = float64([B, T, S], new Float64Array(B * T * S));
  const parameter = (name: string): Float64Tensor => {
    const found = parameters[name];
    if (!found) throw new RangeError(`The reference has no parameter ${name}.`);
    return found;
  };
  for (let b = 0; b < B; b++) {
    const vectors = Array.from({ length: lengths[b] ?? S }, (_, s) => rowOf(memory, b * S + s));
    const before: number[][] = [];
    for (let t = 0; t < T; t++) {
      const place = {
        query: query.data.slice((b * T + t) * Q, (b * T + t + 1) * Q),
        memory: vectors,
        parameter,
        step: t,
      };
      const alpha = vectors.length > 0 ? alignment(place, before) : [];
      before.push(alpha);
      for (const [s, weight] of alpha.entries()) {
        weights.data[(b * T + t) * S + s] = weight;
        for (let d = 0; d < D; d++) {
          const at = (b * T + t) * D + d;
          context.data[at] = (context.data[at] ?? 0) + weight * (vectors[s]?.[d] ?? 0);
        }
      }
    }
  }
  return { context, weights };
}
