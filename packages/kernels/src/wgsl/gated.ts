/**
 * Activations that weigh x by a function of x, and their slopes, finite over all of f32. Where the weight is as small as
 * f32 has it, x is held too: a weight held at e⁻⁸⁷ would leave something of a large x.
 *
 * Bounds over all of f32, in 2⁻²⁴, from those of `sigmoid` (8, or (13 + 4|x|) of the result below 0) and `exp`:
 *   swish          10·|x|: the sigmoid's 8, and the rounding of β·x times z·σ′(z) ≤ 0.23
 *   swishSlope     20: 9.1 for σ at z = −1, 10 for it above 0, 3.4 for z·σ·σ(−z), and 3 roundings
 *   geluTanh       10·min(|x|, 10)
 *   geluTanhSlope  20: the same, with c·σ·σ(−2u)·2u′ ≤ 0.24 in place of z·σ·σ(−z)
 *   tanhSoftplus   12: n·dw/dn ≤ 0.32 takes the 3 + 2|x| ulp of n = e^−|x|, the quotient 5, and 4 roundings
 *   mishSlope      32: 12 for w, 45·0.184 for x·sech²·σ at x = 1, and roundings of numbers up to 1.1
 */
export const gated = {
  /** x·σ(βx) */
  swish: `fn swish(x: f32, beta: f32) -> f32 {
  let z = beta * x;
  return select(x * sigmoid(z), 0.0, z < -87.0);
}`,

  /** σ(z) + z·σ(z)·σ(−z) with z = βx: the derivative of x·σ(βx). */
  swishSlope: `fn swishSlope(x: f32, beta: f32) -> f32 {
  let z = clamp(beta * x, -87.0, 87.0);
  return sigmoid(z) * (1.0 + z * sigmoid(-z));
}`,

  /** x·(1 + tanh u)/2 = x·σ(2u), u = √(2/π)·(x + 0.044715·x³), which is past the ends of σ at |x| = 10. */
  geluTanh: `fn geluTanh(x: f32) -> f32 {
  let c = clamp(x, -10.0, 10.0);
  return max(x, -10.0) * sigmoid(2.0 * c * (0.79788456 + 0.035677408 * c * c));
}`,

  /** σ(2u) + x·σ(2u)·σ(−2u)·2u′ */
  geluTanhSlope: `fn geluTanhSlope(x: f32) -> f32 {
  let c = clamp(x, -10.0, 10.0);
  let z = 2.0 * c * (0.79788456 + 0.035677408 * c * c);
  return sigmoid(z) * (1.0 + c * sigmoid(-z) * (1.5957691 + 0.21406445 * c * c));
}`,

  /** tanh(ln(1 + eˣ)) = (e²ˣ + 2eˣ)/(e²ˣ + 2eˣ + 2), from n = e^−|x|. */
  tanhSoftplus: `fn tanhSoftplus(x: f32) -> f32 {
  let n = exp(-min(abs(x), 87.0));
  let above = 1.0 + 2.0 * n;
  let below = n * (n + 2.0);
  return select(below / (below + 2.0), above / (above + 2.0 * n * n), x >= 0.0);
}`,

  /** x·tanh(ln(1 + eˣ)) */
  mish: `fn mish(x: f32) -> f32 { return max(x, -87.0) * tanhSoftplus(x); }`,

  /** w + x·(1 − w²)·σ(x), w = tanh(ln(1 + eˣ)); 1 − w² = 4E/(E + 1)² with E = (1 + eˣ)², so that nothing cancels. */
  mishSlope: `fn mishSlope(x: f32) -> f32 {
  let c = clamp(x, -87.0, 87.0);
  let n = exp(-abs(c));
  let q = (1.0 + n) * (1.0 + n);
  let s = select(1.0, n * n, c >= 0.0);
  return tanhSoftplus(c) + c * sigmoid(c) * (4.0 * q * s / ((q + s) * (q + s)));
}`,

  /** (1 − e^−ℓ)^γ·ℓ: what a loss ℓ = −ln p counts for when (1 − p)^γ weighs it. */
  focal: `fn focal(loss: f32, gamma: f32) -> f32 { return loss * power(-expm1(-max(loss, 0.0)), gamma); }`,

  /** q^γ·(1 + γ·(1 − q)·ℓ/q) with q = 1 − e^−ℓ; ℓ/q is 1 where ℓ is 0. */
  focalSlope: `fn focalSlope(loss: f32, gamma: f32) -> f32 {
  let l = max(loss, 0.0);
  let q = -expm1(-l);
  let ratio = select(1.0, l / select(1.0, q, q > 0.0), q > 0.0);
  return power(q, gamma) * (1.0 + gamma * expSafe(-l) * ratio);
}`,
} as const;
