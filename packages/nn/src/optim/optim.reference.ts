/** Update rules in float64, one element at a time: p, its gradient, the number of the update; state is kept inside. */
export type Rule = (p: number, g: number, t: number) => number;

interface Decay {
  lr: number;
  weightDecay?: number;
  /** Whether decay is apart from the gradient. */
  decoupled?: boolean;
}

/** The frame that all rules share: decay in the gradient, or before the step. */
const withDecay =
  ({ lr, weightDecay = 0, decoupled = false }: Decay, rule: Rule): Rule =>
  (p, g, t) =>
    decoupled ? rule(p - lr * weightDecay * p, g, t) : rule(p, g + weightDecay * p, t);

export interface SGDNumbers extends Decay {
  momentum?: number;
  dampening?: number;
  nesterov?: boolean;
  /** A rate that changes: lr·scale(t). */
  scale?: (t: number) => number;
  steps?: boolean;
}

/** PyTorch's SGD: the first velocity is the gradient itself, undamped. With `steps` Keras's, whose velocity has the rate in it. */
export function sgdRule(numbers: SGDNumbers): Rule {
  const { momentum = 0, dampening = 0, nesterov = false, scale = () => 1, steps = false } = numbers;
  let v = 0;
  return withDecay(numbers, (p, g, t) => {
    const lr = numbers.lr * scale(t);
    if (momentum === 0) return p - lr * g;
    const kept = t === 1 ? 1 : 1 - dampening;
    if (steps) {
      v = momentum * v - kept * lr * g;
      return p + (nesterov ? momentum * v - lr * g : v);
    }
    v = momentum * v + kept * g;
    return p - lr * (nesterov ? g + momentum * v : v);
  });
}

export interface AdamNumbers extends Decay {
  beta1?: number;
  beta2?: number;
  eps?: number;
  amsgrad?: boolean;
  epsilon?: "torch" | "keras";
  biasCorrection?: boolean;
}

/** Adam as Kingma & Ba write it, AdamW with `decoupled`; Keras folds both corrections into the learning rate. */
export function adamRule(numbers: AdamNumbers): Rule {
  const { lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, biasCorrection = true } = numbers;
  const { amsgrad = false, epsilon = "torch" } = numbers;
  let [m, v, largest] = [0, 0, 0];
  return withDecay(numbers, (p, g, t) => {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    largest = Math.max(largest, v);
    const used = amsgrad ? largest : v;
    const [correction1, correction2] = biasCorrection ? [1 - beta1 ** t, 1 - beta2 ** t] : [1, 1];
    if (epsilon === "keras") {
      const alpha = (lr * Math.sqrt(correction2)) / correction1;
      return p - (alpha * m) / (Math.sqrt(used) + eps);
    }
    return p - (lr * (m / correction1)) / (Math.sqrt(used / correction2) + eps);
  });
}

/** Adagrad (Duchi et al. 2011) with PyTorch's decay of the rate. */
export function adagradRule(
  numbers: Decay & { lrDecay?: number; initial?: number; eps?: number; keras?: boolean },
): Rule {
  const { lr, lrDecay = 0, initial = 0, eps = 1e-10, keras = false } = numbers;
  let sum = initial;
  return withDecay(numbers, (p, g, t) => {
    sum += g * g;
    return p - ((lr / (1 + (t - 1) * lrDecay)) * g) / (keras ? Math.sqrt(sum + eps) : Math.sqrt(sum) + eps);
  });
}

/** Zeiler 2012, algorithm 1. */
export function adadeltaRule(numbers: Decay & { rho?: number; eps?: number }): Rule {
  const { lr, rho = 0.9, eps = 1e-6 } = numbers;
  let [v, u] = [0, 0];
  return withDecay(numbers, (p, g) => {
    v = rho * v + (1 - rho) * g * g;
    const d = (Math.sqrt(u + eps) / Math.sqrt(v + eps)) * g;
    u = rho * u + (1 - rho) * d * d;
    return p - lr * d;
  });
}

/** RMSProp as PyTorch writes it, and as Keras does. */
export function rmspropRule(
  numbers: Decay & { rho?: number; eps?: number; momentum?: number; centered?: boolean; keras?: boolean },
): Rule {
  const { lr, rho = 0.99, eps = 1e-8, momentum = 0, centered = false, keras = false } = numbers;
  let [v, mean, b] = [0, 0, 0];
  return withDecay(numbers, (p, g) => {
    v = rho * v + (1 - rho) * g * g;
    mean = rho * mean + (1 - rho) * g;
    const square = centered ? v - mean * mean : v;
    if (keras) {
      b = momentum * b + (lr * g) / Math.sqrt(square + eps);
      return p - b;
    }
    b = momentum * b + g / (Math.sqrt(square) + eps);
    return p - lr * b;
  });
}

/** Kingma & Ba 2015, algorithm 2, with ε as in PyTorch or as in Keras. */
export function adamaxRule(numbers: Decay & { beta1?: number; beta2?: number; eps?: number; keras?: boolean }): Rule {
  const { lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, keras = false } = numbers;
  let [m, u] = [0, 0];
  return withDecay(numbers, (p, g, t) => {
    m = beta1 * m + (1 - beta1) * g;
    u = keras ? Math.max(beta2 * u, Math.abs(g)) : Math.max(beta2 * u, Math.abs(g) + eps);
    return p - ((lr / (1 - beta1 ** t)) * m) / (keras ? u + eps : u);
  });
}

/** Dozat 2016, with PyTorch's momentum decay. */
export function nadamRule(
  numbers: Decay & { beta1?: number; beta2?: number; eps?: number; momentumDecay?: number },
): Rule {
  const { lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentumDecay = 0.004 } = numbers;
  let [m, v, product] = [0, 0, 1];
  return withDecay(numbers, (p, g, t) => {
    const mu = beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
    const next = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentumDecay));
    product *= mu;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const mHat = (next * m) / (1 - product * next) + ((1 - mu) * g) / (1 - product);
    return p - (lr * mHat) / (Math.sqrt(v / (1 - beta2 ** t)) + eps);
  });
}

/** Chen et al. 2023, algorithm 2. */
export function lionRule(numbers: Decay & { beta1?: number; beta2?: number }): Rule {
  const { lr, beta1 = 0.9, beta2 = 0.99 } = numbers;
  let m = 0;
  return withDecay({ decoupled: true, ...numbers }, (p, g) => {
    const step = Math.sign(beta1 * m + (1 - beta1) * g);
    m = beta2 * m + (1 - beta2) * g;
    return p - lr * step;
  });
}

/** A rule over a whole parameter: its values, its gradient, the number of the update. */
export type ArrayRule = (p: Float64Array, g: Float64Array, t: number) => Float64Array;

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));

/** You et al. 2020, algorithm 2. */
export function lambRule(numbers: Decay & { beta1?: number; beta2?: number; eps?: number }): ArrayRule {
  const { lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-6, weightDecay = 0, decoupled = false } = numbers;
  let [m, v] = [new Float64Array(), new Float64Array()];
  return (before, g, t) => {
    if (t === 1) [m, v] = [new Float64Array(g.length), new Float64Array(g.length)];
    m = m.map((x, i) => beta1 * x + (1 - beta1) * (g[i] as number));
    v = v.map((x, i) => beta2 * x + (1 - beta2) * (g[i] as number) ** 2);
    const p = decoupled ? before.map((x) => x - lr * weightDecay * x) : before;
    const u = p.map((x, i) => {
      const step = (m[i] as number) / (1 - beta1 ** t) / (Math.sqrt((v[i] as number) / (1 - beta2 ** t)) + eps);
      return decoupled ? step : step + weightDecay * x;
    });
    const [long, wide] = [norm(p), norm(u)];
    const ratio = long > 0 && wide > 0 ? long / wide : 1;
    return p.map((x, i) => x - lr * ratio * (u[i] as number));
  };
}

/** Shazeer & Stern 2018, algorithms 4 and 5, over Z matrices [R, C]; one axis where R is 0. */
export function adafactorRule(
  { lr, weightDecay = 0, eps2 = 1e-3, threshold = 1 }: Decay & { eps2?: number; threshold?: number },
  [Z, R, C]: readonly [number, number, number],
): ArrayRule {
  let v = new Float64Array(C);
  const rows = Array.from({ length: Z }, () => new Float64Array(R));
  const columns = Array.from({ length: Z }, () => new Float64Array(C));
  return (before, g, t) => {
    const beta2 = 1 - t ** -0.8;
    const square = g.map((x) => x * x + 1e-30);
    let mean = square;
    if (R === 0) {
      v = v.map((x, i) => beta2 * x + (1 - beta2) * (square[i] as number));
      mean = v;
    } else {
      mean = new Float64Array(g.length);
      for (let z = 0; z < Z; z++) {
        const at = (i: number, j: number): number => square[(z * R + i) * C + j] as number;
        const sum = (count: number, of: (k: number) => number): number =>
          Array.from({ length: count }, (_, k) => of(k)).reduce((a, b) => a + b, 0);
        rows[z] = (rows[z] as Float64Array).map((x, i) => beta2 * x + ((1 - beta2) * sum(C, (j) => at(i, j))) / C);
        columns[z] = (columns[z] as Float64Array).map(
          (x, j) => beta2 * x + ((1 - beta2) * sum(R, (i) => at(i, j))) / R,
        );
        const [r, c] = [rows[z] as Float64Array, columns[z] as Float64Array];
        const all = r.reduce((a, b) => a + b, 0) / R;
        for (let i = 0; i < R; i++)
          for (let j = 0; j < C; j++) mean[(z * R + i) * C + j] = ((r[i] as number) / all) * (c[j] as number);
      }
    }
    const u = g.map((x, i) => x / Math.sqrt(mean[i] as number));
    const p = before.map((x) => x - lr * weightDecay * x);
    const rms = (values: Float64Array): number => norm(values) / Math.sqrt(values.length);
    const alpha = Math.max(eps2, rms(p)) * Math.min(lr, 1 / Math.sqrt(t));
    return p.map((x, i) => x - (alpha * (u[i] as number)) / Math.max(1, rms(u) / threshold));
  };
}
