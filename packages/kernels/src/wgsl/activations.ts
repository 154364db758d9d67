/**
 * Functions that stay finite over all of f32. WGSL lets an implementation assume that no infinity or NaN occurs,
 * its own `tanh` is good to 1e-5 only and is NaN above about 88 on some devices, and `exp` overflows there; so each
 * of these clamps first and is built on `exp`.
 *
 * Bounds over all of f32, from what WGSL grants: `exp` 3 + 2|x| ulp, division 2.5 ulp, `log` 2⁻²¹ between 1/2 and 2.
 *   sigmoid   8·2⁻²⁴: e(3 + 2a)/(1 + e)² is at most 1 ulp, the sum rounds once, the quotient adds 2.5 half ulps
 *   tanhSafe  16·2⁻²⁴: 2e(3 + 4a)/(1 + e)² is at most 2 ulp, the rest as above; below 1/8 also 8·2⁻²⁴ of the result
 *   tanhFour  16·2⁻²⁴: 2e(3 + 4|x|)/(1 + e)² is at most 2 ulp, the sum rounds once, the quotient adds 2.5 ulp of up to 2
 *   softplus  16·2⁻²⁴ and a rounding of the result: `log` alone takes 8, e(3 + 2a)/(1 + e) at most 1.6 ulp
 *   expSafe   what `exp` has, of a result held between e⁻⁸⁷ and e⁸⁸
 */
export const activations = {
  /** exp with its argument held where the result is a normal number. */
  expSafe: `fn expSafe(x: f32) -> f32 { return exp(clamp(x, -87.0, 88.0)); }`,

  /** σ(x) = 1/(1 + e⁻ˣ), from e^−|x| so that nothing overflows on either side. */
  sigmoid: `fn sigmoid(x: f32) -> f32 {
  let e = exp(-min(abs(x), 87.0));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}`,

  /** tanh(x) = sign(x)·(1 − e^−2|x|)/(1 + e^−2|x|); below 1/8 its Taylor series, where the quotient would cancel. */
  tanhSafe: `fn tanhSafe(x: f32) -> f32 {
  let a = min(abs(x), 20.0);
  let e = exp(-2.0 * a);
  let s = x * x;
  let series = x * (1.0 + s * (-0.33333334 + s * (0.13333334 + s * (-0.053968254 + s * 0.021869488))));
  return select(sign(x) * (1.0 - e) / (1.0 + e), series, a < 0.125);
}`,

  /** tanh(x) = 1 − 2/(1 + e^2x) of four numbers, near 0 only as good as a number of size 1: for sums of many. */
  tanhFour: `fn tanhFour(x: vec4f) -> vec4f {
  return 1.0 - 2.0 / (1.0 + exp(clamp(2.0 * x, vec4f(-40.0), vec4f(40.0))));
}`,

  /** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
  softplus: `fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-min(abs(x), 87.0))); }`,

  /** Whether x is neither infinite nor NaN. It looks at the exponent's bits: \`x != x\` may be optimised away. */
  isFinite: `fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }`,
} as const;
