/** The update rules in float64, one element after the other. */
export interface Clipping {
  readonly clipNorm?: number;
  readonly clipValue?: number;
}

/** ‖g‖₂. */
export function normReference(g: Float64Array): number {
  return Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
}

/** The gradient scaled to a norm of at most clipNorm, then held within ± clipValue. */
export function clippedReference(g: Float64Array, { clipNorm = 0, clipValue = 0 }: Clipping): Float64Array {
  const scale = clipNorm > 0 ? Math.min(1, clipNorm / (normReference(g) + 1e-6)) : 1;
  const bound = clipValue > 0 ? clipValue : Number.POSITIVE_INFINITY;
  return g.map((x) => Math.min(bound, Math.max(-bound, x * scale)));
}

export interface SgdSettings extends Clipping {
  readonly lr: number;
  readonly momentum?: number;
  readonly dampening?: number;
  readonly weightDecay?: number;
  readonly nesterov?: boolean;
}

/** One update of gradient descent; `velocity` undefined means no momentum. */
export function sgdReference(
  { parameters, gradients, velocity }: { parameters: Float64Array; gradients: Float64Array; velocity?: Float64Array },
  settings: SgdSettings,
) {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = settings;
  const g = clippedReference(gradients, settings).map((x, i) => x + weightDecay * at(parameters, i));
  const v = velocity?.map((x, i) => momentum * x + (1 - dampening) * at(g, i));
  const step = v ? (nesterov ? g.map((x, i) => x + momentum * at(v, i)) : v) : g;
  return { parameters: parameters.map((p, i) => p - lr * at(step, i)), ...(v ? { velocity: v } : {}) };
}

export interface AdamSettings extends Clipping {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay?: number;
  readonly decoupled?: boolean;
  /** Which update this is, from 1 on. */
  readonly t: number;
}

export interface AdamState {
  readonly parameters: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
  readonly largest?: Float64Array;
}

/** One update of Adam; with `largest` it is AMSGrad. */
export function adamReference(
  state: AdamState & { readonly gradients: Float64Array },
  settings: AdamSettings,
): AdamState {
  const { lr, beta1, beta2, eps, weightDecay = 0, decoupled = false, t } = settings;
  const decayed = state.parameters.map((p) => (decoupled ? p - lr * weightDecay * p : p));
  const g = clippedReference(state.gradients, settings).map((x, i) =>
    decoupled ? x : x + weightDecay * at(decayed, i),
  );
  const m = state.m.map((x, i) => beta1 * x + (1 - beta1) * at(g, i));
  const v = state.v.map((x, i) => beta2 * x + (1 - beta2) * at(g, i) ** 2);
  const largest = state.largest?.map((x, i) => Math.max(x, at(v, i)));
  const parameters = decayed.map((p, i) => {
    const mHat = at(m, i) / (1 - beta1 ** t);
    const vHat = at(largest ?? v, i) / (1 - beta2 ** t);
    return p - (lr * mHat) / (Math.sqrt(vHat) + eps);
  });
  return { parameters, m, v, ...(largest ? { largest } : {}) };
}

function at(array: Float64Array, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError(`Index ${index} is past the ${array.length} elements.`);
  return value;
}
