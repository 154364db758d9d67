/** One rule of update in plain float64, parameter by parameter: what it does with the gradient of step t. */
export type Rule = (p: number, g: number, t: number) => number;

export interface SGDNumbers {
  lr: number;
  momentum?: number;
  dampening?: number;
  weightDecay?: number;
  nesterov?: boolean;
}

/** PyTorch's SGD: the first velocity is the gradient itself, undamped. */
export function sgdRule({ lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false }: SGDNumbers): Rule {
  let v = 0;
  return (p, gradient, t) => {
    const g = gradient + weightDecay * p;
    if (momentum === 0) return p - lr * g;
    v = t === 1 ? g : momentum * v + (1 - dampening) * g;
    return p - lr * (nesterov ? g + momentum * v : v);
  };
}

export interface AdamNumbers {
  lr: number;
  beta1?: number;
  beta2?: number;
  eps?: number;
  weightDecay?: number;
  amsgrad?: boolean;
  epsilon?: "torch" | "keras";
  decoupled?: boolean;
}

/** Adam as Kingma & Ba write it, AdamW with `decoupled`; Keras folds both corrections into the learning rate. */
export function adamRule(numbers: AdamNumbers): Rule {
  const { lr, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0 } = numbers;
  const { amsgrad = false, epsilon = "torch", decoupled = false } = numbers;
  let [m, v, largest] = [0, 0, 0];
  return (before, gradient, t) => {
    const p = decoupled ? before - lr * weightDecay * before : before;
    const g = decoupled ? gradient : gradient + weightDecay * before;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    largest = Math.max(largest, v);
    const used = amsgrad ? largest : v;
    const [correction1, correction2] = [1 - beta1 ** t, 1 - beta2 ** t];
    if (epsilon === "keras") {
      const alpha = (lr * Math.sqrt(correction2)) / correction1;
      return p - (alpha * m) / (Math.sqrt(used) + eps);
    }
    return p - (lr * (m / correction1)) / (Math.sqrt(used / correction2) + eps);
  };
}
