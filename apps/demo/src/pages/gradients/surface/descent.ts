/** A point of the surface: the weight and the bias of the one neuron. */
export interface Point {
  readonly w: number;
  readonly b: number;
}

/** Times that the neuron is fed back to itself, and what it should say then (Pascanu, Mikolov & Bengio 2013, fig. 6). */
const STEPS = 50;
const TARGET = 0.7;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** h_t = σ(w·h_{t−1} + b) from h_0 = 0.5 on, and E = (h_T − 0.7)² with its gradient, back through time. */
export function errorAt({ w, b }: Point): { readonly error: number; readonly gradient: Point } {
  const h = [0.5];
  for (let t = 1; t <= STEPS; t++) h.push(sigmoid(w * (h[t - 1] ?? 0) + b));
  const last = h[STEPS] ?? 0;
  let reaching = 2 * (last - TARGET); // ∂E/∂h_t
  const gradient = { w: 0, b: 0 };
  for (let t = STEPS; t > 0; t--) {
    const [now = 0, before = 0] = [h[t], h[t - 1]];
    const inner = reaching * now * (1 - now);
    gradient.w += inner * before;
    gradient.b += inner;
    reaching = inner * w;
  }
  return { error: (last - TARGET) ** 2, gradient };
}

/** Gradient descent from a point on; a gradient longer than `clip` is cut to that length. */
export function descend(from: Point, { lr, clip, steps }: { lr: number; clip: number; steps: number }): Point[] {
  const path = [from];
  for (let step = 0; step < steps; step++) {
    const { w, b } = path[step] as Point;
    const { gradient } = errorAt({ w, b });
    const scale = Math.min(1, clip / Math.max(Math.hypot(gradient.w, gradient.b), 1e-12));
    path.push({ w: w - lr * scale * gradient.w, b: b - lr * scale * gradient.b });
  }
  return path;
}
