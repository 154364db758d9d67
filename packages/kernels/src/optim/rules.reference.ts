/**
 * One element of an update in float64, from the equations of the rule's paper: what each slot holds and the parameter,
 * after an update with gradient g.
 */
export type ElementRule = (
  p: number,
  g: number,
  slots: Readonly<Record<string, number>>,
  s: Readonly<Record<string, number>>,
) => Record<string, number>;

const of = (record: Readonly<Record<string, number>>, name: string): number => {
  const value = record[name];
  if (value === undefined) throw new RangeError(`There is no ${name}.`);
  return value;
};

/** s ← s + g²;   p ← p − lr·g/(√s + ε), or √(s + ε). */
export const adagradElement =
  (insideRoot: boolean): ElementRule =>
  (p, g, slots, s) => {
    const sum = of(slots, "sum") + g * g;
    const [lr, eps] = [of(s, "lr"), of(s, "eps")];
    return { sum, parameters: p - (lr * g) / (insideRoot ? Math.sqrt(sum + eps) : Math.sqrt(sum) + eps) };
  };

/** Zeiler 2012, algorithm 1, with a rate. */
export const adadeltaElement: ElementRule = (p, g, slots, s) => {
  const [rho, eps] = [1 - of(s, "oneMinusRho"), of(s, "eps")];
  const v = rho * of(slots, "v") + (1 - rho) * g * g;
  const d = (Math.sqrt(of(slots, "u") + eps) / Math.sqrt(v + eps)) * g;
  return { v, u: rho * of(slots, "u") + (1 - rho) * d * d, parameters: p - of(s, "lr") * d };
};

/** RMSProp; with a mean it is centered, with a velocity it has momentum. */
export const rmspropElement =
  (insideRoot: boolean, stepVelocity: boolean): ElementRule =>
  (p, g, slots, s) => {
    const [lr, rho, eps] = [of(s, "lr"), 1 - of(s, "oneMinusRho"), of(s, "eps")];
    const v = rho * of(slots, "v") + (1 - rho) * g * g;
    const mean = slots.mean === undefined ? undefined : rho * slots.mean + (1 - rho) * g;
    const square = v - (mean ?? 0) ** 2;
    const step = g / (insideRoot ? Math.sqrt(square + eps) : Math.sqrt(square) + eps);
    const kept = { v, ...(mean === undefined ? {} : { mean }) };
    if (slots.velocity === undefined) return { ...kept, parameters: p - lr * step };
    const velocity = of(s, "momentum") * slots.velocity + (stepVelocity ? lr * step : step);
    return { ...kept, velocity, parameters: p - (stepVelocity ? velocity : lr * velocity) };
  };

/** Kingma & Ba 2015, algorithm 2. */
export const adamaxElement =
  (insideMaximum: boolean): ElementRule =>
  (p, g, slots, s) => {
    const [rate, eps] = [of(s, "lr") / of(s, "correction1"), of(s, "eps")];
    const m = of(slots, "m") * (1 - of(s, "oneMinusBeta1")) + of(s, "oneMinusBeta1") * g;
    const u = Math.max(of(s, "beta2") * of(slots, "u"), Math.abs(g) + (insideMaximum ? eps : 0));
    return { m, u, parameters: p - (rate * m) / (insideMaximum ? u : u + eps) };
  };

/** Dozat 2016. */
export const nadamElement: ElementRule = (p, g, slots, s) => {
  const m = of(slots, "m") * (1 - of(s, "oneMinusBeta1")) + of(s, "oneMinusBeta1") * g;
  const v = of(slots, "v") * (1 - of(s, "oneMinusBeta2")) + of(s, "oneMinusBeta2") * g * g;
  const ahead = of(s, "meanFactor") * m + of(s, "gradientFactor") * g;
  return { m, v, parameters: p - (of(s, "lr") * ahead) / (Math.sqrt(v / of(s, "correction2")) + of(s, "eps")) };
};

/** Chen et al. 2023, algorithm 2, its weight decay apart. */
export const lionElement: ElementRule = (p, g, slots, s) => {
  const [m, one, two] = [of(slots, "m"), of(s, "oneMinusBeta1"), of(s, "oneMinusBeta2")];
  return { m: (1 - two) * m + two * g, parameters: p - of(s, "lr") * Math.sign((1 - one) * m + one * g) };
};
