/**
 * Special functions that WGSL lacks or leaves loose. The polynomials are our own Chebyshev fits, made at 30 digits.
 *
 * Bounds over all of f32, from what WGSL grants `exp`, `log`, `log2`, `exp2` and division:
 *   erf        6·2⁻²⁴: at 1 the 5 ulp of exp times erfc(1) = 0.157, and roundings of numbers below 2
 *   geluSlope  8·2⁻²⁴: half of erf's, and x·φ(x) ≤ 0.242 with the 3 + x² ulp of its exp
 *   expm1      of the result: below 1/2 6·2⁻²⁴, a rounding for each of the outer steps; above, (3 + 2|x|) ulp of exp times
 *              eˣ/|eˣ − 1| ≤ 2.6, and a rounding
 *   log1p      24·2⁻²⁴ of the result: between 1/2 and 1, `log` is good to 2⁻²¹ only, of a result of 0.4 at least
 *   power      relative, with p = y·log2 x: 3 + 2|p| ulp of exp2, and ln 2 times |y| times the error of log2
 */
export const special = {
  /** erf(x): below 1 an odd polynomial (fit to 1.3e-9), above it 1 − e^(−x²)·q(1/(1 + |x|/2)) (fit to 6.8e-9). */
  erf: `fn erf(x: f32) -> f32 {
  let c = clamp(x, -4.0, 4.0);
  let a = abs(c);
  let s = c * c;
  let inner = c * (1.12837917 + s * (-0.376126267 + s * (0.112835947 + s * (-0.026854212
    + s * (0.00518908742 + s * (-0.000801686429 + s * 7.87587506e-5))))));
  let t = 1.0 / (1.0 + 0.5 * a);
  let q = 0.000605118391 + t * (0.27363434 + t * (0.330757134 + t * (0.101495412
    + t * (0.403495053 + t * (-0.0570652 + t * -0.0536304281)))));
  return select(sign(x) * (1.0 - q * exp(-a * a)), inner, a < 1.0);
}`,

  /** Φ(x) + x·φ(x), the derivative of x·Φ(x). At |x| = 13 it is 0 or 1 to the last bit. */
  geluSlope: `fn geluSlope(x: f32) -> f32 {
  let c = clamp(x, -13.0, 13.0);
  return 0.5 * (1.0 + erf(0.70710678 * c)) + 0.39894228 * c * exp(-0.5 * c * c);
}`,

  /** eˣ − 1: near 0 its Taylor series to x⁸, whose rest is below 2·10⁻⁸ of it. */
  expm1: `fn expm1(x: f32) -> f32 {
  let series = x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.0083333338 + x * (0.0013888889
    + x * (0.00019841270 + x * 2.4801587e-5)))))));
  return select(exp(clamp(x, -87.0, 88.0)) - 1.0, series, abs(x) < 0.5);
}`,

  /** ln(1 + x): near 0 as 2·artanh(x/(2 + x)), whose series needs no 1 + x and so loses no digit of a small x. */
  log1p: `fn log1p(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let q = s * s;
  let series = 2.0 * s * (1.0 + q * (0.33333333 + q * (0.2 + q * (0.14285714 + q * (0.11111111 + q * 0.09090909)))));
  return select(log(1.0 + x), series, abs(x) < 0.5);
}`,

  /**
   * x^y also for x ≤ 0, where WGSL's own pow is undefined: 0^y is 0 for y > 0, a whole y takes the sign of its parity,
   * and another y of a negative x gives what the device's log2 makes of it. Exponents 0, 1 and 2 are exact.
   */
  power: `fn power(x: f32, y: f32) -> f32 {
  if (y == 2.0) { return x * x; }
  if (y == 1.0) { return x; }
  if (y == 0.0) { return 1.0; }
  if (x == 0.0 && y > 0.0) { return 0.0; }
  if (x < 0.0 && floor(y) == y) {
    let size = exp2(y * log2(-x));
    return select(size, -size, floor(0.5 * y) != 0.5 * y);
  }
  return exp2(y * log2(x));
}`,
} as const;
