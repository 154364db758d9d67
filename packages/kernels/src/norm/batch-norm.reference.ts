export interface BatchNormCall {
  readonly N: number;
  readonly P: number;
  readonly C: number;
  readonly channels: "first" | "last";
  readonly lengths?: readonly number[] | undefined;
}

/** The elements of channel c that count. */
function places({ N, P, C, channels, lengths }: BatchNormCall, c: number): number[] {
  const found: number[] = [];
  for (let n = 0; n < N; n++)
    for (let p = 0; p < Math.min(P, lengths?.[n] ?? P); p++)
      found.push(channels === "first" ? (n * C + c) * P + p : (n * P + p) * C + c);
  return found;
}

const of = (x: Float64Array, at: number): number => x[at] ?? Number.NaN;

/** Mean and variance of each channel. */
export function batchStatistics(call: BatchNormCall, x: Float64Array): { mean: Float64Array; variance: Float64Array } {
  const [mean, variance] = [new Float64Array(call.C), new Float64Array(call.C)];
  for (let c = 0; c < call.C; c++) {
    const at = places(call, c);
    const mu = at.reduce((sum, e) => sum + of(x, e), 0) / Math.max(1, at.length);
    mean[c] = mu;
    variance[c] = at.reduce((sum, e) => sum + (of(x, e) - mu) ** 2, 0) / Math.max(1, at.length);
  }
  return { mean, variance };
}

/** y = (x − μ)·ρ·γ + β with the batch's own statistics; 0 where an element does not count. */
export function batchNormReference(
  call: BatchNormCall,
  { x, gamma, beta, epsilon }: { x: Float64Array; gamma: Float64Array; beta: Float64Array; epsilon: number },
): Float64Array {
  const { mean, variance } = batchStatistics(call, x);
  const y = new Float64Array(x.length);
  for (let c = 0; c < call.C; c++) {
    const rho = 1 / Math.sqrt(of(variance, c) + epsilon);
    for (const e of places(call, c)) y[e] = (of(x, e) - of(mean, c)) * rho * of(gamma, c) + of(beta, c);
  }
  return y;
}

/** dx = γ·ρ·(dy − (dβ + n·dγ)/elements),  dγ = Σ dy·n,  dβ = Σ dy */
export function batchNormBackwardReference(
  call: BatchNormCall,
  { x, gamma, epsilon, dy }: { x: Float64Array; gamma: Float64Array; epsilon: number; dy: Float64Array },
): { dx: Float64Array; dGamma: Float64Array; dBeta: Float64Array } {
  const { mean, variance } = batchStatistics(call, x);
  const [dx, dGamma, dBeta] = [new Float64Array(x.length), new Float64Array(call.C), new Float64Array(call.C)];
  for (let c = 0; c < call.C; c++) {
    const rho = 1 / Math.sqrt(of(variance, c) + epsilon);
    const at = places(call, c);
    const normal = (e: number): number => (of(x, e) - of(mean, c)) * rho;
    const [toGamma, toBeta] = at.reduce(([a, b], e) => [a + of(dy, e) * normal(e), b + of(dy, e)], [0, 0]) as [
      number,
      number,
    ];
    for (const e of at) dx[e] = of(gamma, c) * rho * (of(dy, e) - (toBeta + normal(e) * toGamma) / at.length);
    dGamma[c] = toGamma;
    dBeta[c] = toBeta;
  }
  return { dx, dGamma, dBeta };
}
