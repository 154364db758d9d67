import type { Float64Tensor } from "@unroll/testing";

/** Which cell a layer is made of; a GRU resets after its recurrent product or before it. */
export type CellKind = "RNN" | "LSTM" | "GRU" | "GRU before";

/** Options of cells beside their published forms, as the modules take them. */
export interface CellOptions {
  readonly peepholes?: boolean;
  readonly coupled?: boolean;
  readonly clip?: number;
  readonly projSize?: number;
}

/** Gates of a cell with weights: an LSTM of coupled gates has i g o. */
export const gatesOf = (cell: CellKind, { coupled = false }: CellOptions = {}): number =>
  GATES[cell] - (coupled ? 1 : 0);

/** Gates of a cell, in the order of its weight rows: LSTM i f g o, GRU r z n. */
export const GATES: Readonly<Record<CellKind, number>> = { RNN: 1, LSTM: 4, GRU: 3, "GRU before": 3 };

/** Weights of one layer as a module names them. */
export interface LayerWeights {
  readonly weightIh: Float64Tensor; //       [D·G·H, I]
  readonly weightHh: Float64Tensor; //       [D, G·H, P]
  readonly bias: Float64Tensor; //           [D·G·H]
  readonly recurrentBias?: Float64Tensor; // [D, H], of a GRU that resets after
  readonly peepholeWeight?: Float64Tensor; //[D, H, G − 1]
  readonly weightHr?: Float64Tensor; //      [D, P, H]
}

export interface StackInputs {
  readonly x: Float64Tensor; //   [B, T, I]
  readonly h0?: Float64Tensor; // [L·D, B, H]
  readonly c0?: Float64Tensor;
  readonly layers: readonly LayerWeights[];
}

export interface StackShape {
  readonly cell: CellKind;
  readonly direction: "forward" | "reverse" | "bidirectional";
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly lengths?: readonly number[] | undefined;
  /** Whether every activation is the identity: then whole numbers stay whole. */
  readonly linear?: boolean;
  readonly options?: CellOptions;
}

/** What one row of one direction of one layer multiplies by. */
interface Products {
  /** Gate g of unit u of W·x_t + b. */
  readonly input: (u: number, g: number) => number;
  /** Gate g of unit u of R·v. */
  readonly recurrent: (u: number, g: number, v: readonly number[]) => number;
  /** b_R of unit u. */
  readonly recurrentBias: (u: number) => number;
  /** Peephole number n of unit u; 0 without peepholes. */
  readonly peephole: (u: number, n: number) => number;
  /** V·v of a projected LSTM; v itself where there is none. */
  readonly project: (v: readonly number[]) => number[];
}

type State = { readonly h: readonly number[]; readonly c: readonly number[] };

const logistic = (a: number): number => 1 / (1 + Math.exp(-a));
const identity = (a: number): number => a;

/** One step of a row, from the cell's equations as `RNN`, `LSTM` and `GRU` state them. */
function step(
  { cell, linear = false, options = {} }: Pick<StackShape, "cell" | "linear" | "options">,
  { h, c }: State,
  { input, recurrent, recurrentBias, peephole, project }: Products,
): State {
  const { coupled = false, clip = Number.POSITIVE_INFINITY } = options;
  const clipped = (f: (a: number) => number) => (a: number) => f(Math.max(-clip, Math.min(clip, a)));
  const out = linear ? identity : Math.tanh;
  const [σ, tanh] = [clipped(linear ? identity : logistic), clipped(out)];
  const a = (u: number, g: number): number => input(u, g) + recurrent(u, g, h);
  if (cell === "RNN") return { h: h.map((_, u) => tanh(a(u, 0))), c };
  if (cell === "LSTM") {
    const [g, o] = coupled ? [1, 2] : [2, 3];
    const next = c.map((previous, u) => {
      const i = σ(a(u, 0) + peephole(u, 0) * previous);
      const f = coupled ? 1 - i : σ(a(u, 1) + peephole(u, 1) * previous);
      return f * previous + i * tanh(a(u, g));
    });
    const hidden = next.map((value, u) => σ(a(u, o) + peephole(u, o - 1) * value) * out(value));
    return { h: project(hidden), c: next };
  }
  const r = h.map((_, u) => σ(a(u, 0)));
  const z = h.map((_, u) => σ(a(u, 1)));
  const reset = h.map((value, k) => (r[k] as number) * value);
  const candidate = (u: number): number =>
    cell === "GRU"
      ? input(u, 2) + (r[u] as number) * (recurrent(u, 2, h) + recurrentBias(u))
      : input(u, 2) + recurrent(u, 2, reset);
  return {
    h: h.map((value, u) => (1 - (z[u] as number)) * tanh(candidate(u)) + (z[u] as number) * value),
    c,
  };
}

/** Stacked recurrent layers over a whole batch: plain loops over layers, directions, rows and steps. */
export function stackReference(
  shape: StackShape,
  { x, h0, c0, layers }: StackInputs,
): { output: Float64Tensor; h: Float64Tensor; c: Float64Tensor } {
  const { cell, direction, B, T, H, lengths } = shape;
  const D = direction === "bidirectional" ? 2 : 1;
  const G = gatesOf(cell, shape.options);
  const P = shape.options?.projSize ?? H;
  const L = layers.length;
  const state = (N: number): Float64Tensor => ({ shape: [L * D, B, N], data: new Float64Array(L * D * B * N) });
  const [hN, cN] = [state(P), state(H)];
  let output = x;
  for (const [layer, weights] of layers.entries()) {
    const I = output.shape[2] as number;
    const input = output;
    const y = { shape: [B, T, D * P], data: new Float64Array(B * T * D * P) };
    for (let d = 0; d < D; d++) {
      const backwards = direction === "reverse" || d === 1;
      for (let b = 0; b < B; b++) {
        const length = lengths?.[b] ?? T;
        const at = (layer * D + d) * B + b;
        const start = (of: Float64Tensor | undefined, N: number): number[] =>
          Array.from({ length: N }, (_, u) => of?.data[at * N + u] ?? 0);
        let now: State = { h: start(h0, P), c: start(c0, H) };
        for (let n = 0; n < length; n++) {
          const t = backwards ? length - 1 - n : n;
          now = step(shape, now, productsAt({ weights, input, I, H, P, G, d, place: b * T + t }));
          for (const [u, value] of now.h.entries()) y.data[((b * T + t) * D + d) * P + u] = value;
        }
        hN.data.set(now.h, at * P);
        cN.data.set(now.c, at * H);
      }
    }
    output = y;
  }
  return { output, h: hN, c: cN };
}

function productsAt({
  weights: { weightIh, weightHh, bias, recurrentBias, peepholeWeight, weightHr },
  input,
  I,
  H,
  P,
  G,
  d,
  place,
}: {
  weights: LayerWeights;
  input: Float64Tensor;
  I: number;
  H: number;
  P: number;
  G: number;
  d: number;
  place: number;
}): Products {
  const row = (u: number, g: number): number => (d * H + u) * G + g;
  return {
    input(u, g) {
      let sum = bias.data[row(u, g)] as number;
      for (let i = 0; i < I; i++) {
        sum += (weightIh.data[row(u, g) * I + i] as number) * (input.data[place * I + i] as number);
      }
      return sum;
    },
    recurrent(u, g, v) {
      let sum = 0;
      for (const [k, value] of v.entries()) sum += (weightHh.data[row(u, g) * P + k] as number) * value;
      return sum;
    },
    recurrentBias: (u) => recurrentBias?.data[d * H + u] ?? 0,
    peephole: (u, n) => peepholeWeight?.data[(d * H + u) * (G - 1) + n] ?? 0,
    project: (v) =>
      weightHr
        ? Array.from({ length: P }, (_, p) =>
            v.reduce((sum, value, u) => sum + (weightHr.data[(d * P + p) * H + u] as number) * value, 0),
          )
        : [...v],
  };
}
