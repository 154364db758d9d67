import type { Code } from "./op-code";

/**
 * WGSL of activations beyond sigmoid, tanh and relu, each followed by its step of a backward pass: dy times a slope, taken from
 * the input x. Compositions of others, such as selu = λ·elu, are none of their own.
 */
export const ACTIVATION_CODE = {
  /** elu(x, α): x where x > 0, else α·(eˣ − 1) (Clevert et al. 2016). */
  elu: (x, a) => `select(${a} * expm1(min(${x}, 0.0)), ${x}, ${x} > 0.0)`,

  /** (x, α, dy) → dy where x > 0, else dy·α·eˣ */
  eluGrad: (x, a, dy) => `(${dy} * select(${a} * expSafe(min(${x}, 0.0)), 1.0, ${x} > 0.0))`,

  /** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 (Hendrycks & Gimpel 2016). */
  geluTanh: (x) => `geluTanh(${x})`,
  geluTanhGrad: (x, dy) => `(${dy} * geluTanhSlope(${x}))`,

  /** hardSigmoid(x, α, β): αx + β held within [0, 1] (Courbariaux et al. 2015). */
  hardSigmoid: (x, a, b) => `clamp(${a} * ${x} + ${b}, 0.0, 1.0)`,

  /** (x, α, β, dy) → dy·α where 0 < αx + β < 1, else 0 */
  hardSigmoidGrad: (x, a, b, dy) => `select(0.0, ${dy} * ${a}, abs(${a} * ${x} + ${b} - 0.5) < 0.5)`,

  /** x·(x/6 + 1/2 held within [0, 1]) (Howard et al. 2019). */
  hardSwish: (x) => `(${x} * clamp(0.16666667 * ${x} + 0.5, 0.0, 1.0))`,

  /** (x, dy) → dy·(x/3 + 1/2) where −3 < x < 3, else 0 below and dy above */
  hardSwishGrad: (x, dy) => `(${dy} * select(select(0.33333334 * ${x} + 0.5, 1.0, ${x} >= 3.0), 0.0, ${x} <= -3.0))`,

  /** x·tanh(ln(1 + eˣ)) (Misra 2020). */
  mish: (x) => `mish(${x})`,
  mishGrad: (x, dy) => `(${dy} * mishSlope(${x}))`,

  /** x/(1 + |x|); held where 1 + |x| is |x|, since WGSL promises no quotient by a number above 2^126. */
  softsign: (x) => `(clamp(${x}, -1e18, 1e18) / (1.0 + min(abs(${x}), 1e18)))`,

  /** (x, dy) → dy/(1 + |x|)² */
  softsignGrad: (x, dy) => `(${dy} / (1.0 + min(abs(${x}), 1e18)) / (1.0 + min(abs(${x}), 1e18)))`,

  /** swish(x, β): x·σ(βx) (Ramachandran et al. 2017). */
  swish: (x, b) => `swish(${x}, ${b})`,

  /** (x, β, dy) → dy·(σ(βx) + βx·σ(βx)·σ(−βx)) */
  swishGrad: (x, b, dy) => `(${dy} * swishSlope(${x}, ${b}))`,

  /** thresholdedRelu(x, θ): x where x > θ, else 0 (Konda et al. 2015). */
  thresholdedRelu: (x, t) => `select(0.0, ${x}, ${x} > ${t})`,

  /** (x, θ, dy) → dy where x > θ, else 0 */
  thresholdedReluGrad: (x, t, dy) => `select(0.0, ${dy}, ${x} > ${t})`,

  /** focal(ℓ, γ): (1 − e^−ℓ)^γ·ℓ for a loss ℓ = −ln p (Lin et al. 2017). */
  focal: (loss, g) => `focal(${loss}, ${g})`,

  /** (ℓ, γ, dy) → dy·q^γ·(1 + γ·(1 − q)·ℓ/q) with q = 1 − e^−ℓ */
  focalGrad: (loss, g, dy) => `(${dy} * focalSlope(${loss}, ${g}))`,
} as const satisfies Readonly<Record<string, Code>>;
