export interface LayerNormInputs {
  /** [R, D] */
  readonly x: Float64Array;
  readonly D: number;
  readonly gamma?: Float64Array;
  readonly beta?: Float64Array;
  readonly epsilon: number;
}

/** y = (x − μ)·ρ·γ + β row by row, with μ and ρ of each. */
export function layerNormReference({ x, D, gamma, beta, epsilon }: LayerNormInputs) {
  const R = x.length / D;
  const y = new Float64Array(x.length);
  const mean = new Float64Array(R);
  const inverseDeviation = new Float64Array(R);
  for (let r = 0; r < R; r++) {
    const row = x.subarray(r * D, (r + 1) * D);
    const mu = row.reduce((a, b) => a + b, 0) / D;
    const variance = row.reduce((a, b) => a + (b - mu) ** 2, 0) / D;
    const rho = 1 / Math.sqrt(variance + epsilon);
    for (const [d, value] of row.entries()) y[r * D + d] = (value - mu) * rho * (gamma?.[d] ?? 1) + (beta?.[d] ?? 0);
    mean[r] = mu;
    inverseDeviation[r] = rho;
  }
  return { y, mean, inverseDeviation };
}

/** dx = ρ·(g − mean g − n·mean(g·n)) with g = dy·γ;  dγ = Σ dy·n,  dβ = Σ dy */
export function layerNormBackwardReference(inputs: LayerNormInputs, dy: Float64Array) {
  const { x, D, gamma } = inputs;
  const { mean, inverseDeviation } = layerNormReference(inputs);
  const dx = new Float64Array(x.length);
  const dGamma = new Float64Array(D);
  const dBeta = new Float64Array(D);
  for (const [r, rho] of inverseDeviation.entries()) {
    const mu = mean[r] ?? 0;
    let sum = 0;
    let product = 0;
    for (let d = 0; d < D; d++) {
      const n = ((x[r * D + d] ?? 0) - mu) * rho;
      const up = dy[r * D + d] ?? 0;
      const g = up * (gamma?.[d] ?? 1);
      sum += g;
      product += g * n;
      dGamma[d] = (dGamma[d] ?? 0) + up * n;
      dBeta[d] = (dBeta[d] ?? 0) + up;
    }
    for (let d = 0; d < D; d++) {
      const n = ((x[r * D + d] ?? 0) - mu) * rho;
      dx[r * D + d] = rho * ((dy[r * D + d] ?? 0) * (gamma?.[d] ?? 1) - sum / D - (n * product) / D);
    }
  }
  return { dx, dGamma, dBeta };
}
