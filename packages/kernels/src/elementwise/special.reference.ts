/**
 * erf in float64, good to 1e-15: Kummer's series 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!, whose terms all have one sign, so
 * that nothing cancels (DLMF 7.6.2). From |x| = 6 on erf differs from ±1 by less than 2⁻⁵³.
 */
export function erfValue(x = 0): number {
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Rounds to the nearest whole number, halves to the even one, as WGSL's `round` does. */
export function roundToEven(x = 0): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
