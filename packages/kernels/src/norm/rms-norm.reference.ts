export interface RmsNormInputs {
  /** [R, D] */
  readonly x: Float64Array;
  readonly D: number;
  readonly gamma?: Float64Array;
  readonly epsilon: number;
}

/** y = x·ρ·γ row by row, with ρ of each. */
export function rmsNormReference({ x, D, gamma, epsilon }: RmsNormInputs) {
  const y = new Float64Array(x.length);
  const inverseRoot = new Float64Array(x.length / D);
  for (const r of inverseRoot.keys()) {
    const row = x.subarray(r * D, (r + 1) * D);
    const rho = 1 / Math.sqrt(row.reduce((sum, value) => sum + value * value, 0) / D + epsilon);
    for (const [d, value] of row.entries()) y[r * D + d] = value * rho * (gamma?.[d] ?? 1);
    inverseRoot[r] = rho;
  }
  return { y, inverseRoot };
}

/** dx = ρ·(g − n·mean(g·n)) with g = dy·γ and n = x·ρ;  dγ = Σ dy·n */
export function rmsNormBackwardReference(inputs: RmsNormInputs, dy: Float64Array) {
  const { x, D, gamma } = inputs;
  const { inverseRoot } = rmsNormReference(inputs);
  const [dx, dGamma] = [new Float64Array(x.length), new Float64Array(D)];
  for (const [r, rho] of inverseRoot.entries()) {
    const at = (array: Float64Array, d: number): number => array[r * D + d] ?? Number.NaN;
    let product = 0;
    for (let d = 0; d < D; d++) {
      product += at(dy, d) * (gamma?.[d] ?? 1) * at(x, d) * rho;
      dGamma[d] = (dGamma[d] ?? 0) + at(dy, d) * at(x, d) * rho;
    }
    for (let d = 0; d < D; d++) dx[r * D + d] = rho * (at(dy, d) * (gamma?.[d] ?? 1) - (at(x, d) * rho * product) / D);
  }
  return { dx, dGamma };
}
