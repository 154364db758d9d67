import type { Float64Tensor } from "@unroll/testing";

/** A parameter by its path. */
export type Weights = (path: string) => Float64Tensor;
export type Vectors = { readonly [name: string]: readonly number[] };

/** What one step of one row reads; `seen` is the state as recurrent weights see it. */
export interface Step64 {
  readonly w: Weights;
  readonly x: readonly number[];
  readonly state: Vectors;
  readonly seen: Vectors;
  readonly at: { readonly b: number; readonly t: number };
}

/** One step of one row, in float64 and plain loops, from the equations of the paper. */
export type CellReference = (step: Step64) => { output: readonly number[]; state: Vectors };

const of = (state: Vectors, name: string): readonly number[] => state[name] as readonly number[];
const σ = (a: number): number => 1 / (1 + Math.exp(-a));

/** W·x + b. */
function affine(W: Float64Tensor, x: readonly number[], b?: Float64Tensor): number[] {
  const [rows, columns] = W.shape as [number, number];
  return Array.from({ length: rows }, (_, row) => {
    let sum = b ? (b.data[row] as number) : 0;
    for (let k = 0; k < columns; k++) sum += (W.data[row * columns + k] as number) * (x[k] as number);
    return sum;
  });
}

const plus = (...vectors: readonly (readonly number[])[]): number[] =>
  (vectors[0] as readonly number[]).map((_, i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0));

/** Elman (1990). */
export const elman: CellReference = ({ w, x, seen }) => {
  const h = plus(affine(w("weightIh"), x, w("bias")), affine(w("weightHh"), of(seen, "h"))).map(Math.tanh);
  return { output: h, state: { h } };
};

/** Gate g of G of each unit, from pre-activations that lie unit by unit. */
const gate = (a: readonly number[], g: number, G: number): number[] => a.filter((_, row) => row % G === g);

/** The cell of an LSTM and its output, from pre-activations i f g o of each unit. */
function lstmState(a: readonly number[], c: readonly number[], norm: (cell: readonly number[]) => readonly number[]) {
  const [i, f, g, o] = [0, 1, 2, 3].map((k) => gate(a, k, 4)) as [number[], number[], number[], number[]];
  const cell = c.map((old, u) => σ(f[u] as number) * old + σ(i[u] as number) * Math.tanh(g[u] as number));
  const h = norm(cell).map((value, u) => σ(o[u] as number) * Math.tanh(value));
  return { output: h, state: { h, c: cell } };
}

/** Hochreiter & Schmidhuber (1997), Gers et al. (2000). */
export const lstm: CellReference = ({ w, x, state, seen }) => {
  const a = plus(affine(w("weightIh"), x, w("bias")), affine(w("weightHh"), of(seen, "h")));
  return lstmState(a, of(state, "c"), (cell) => cell);
};

/** Cho et al. (2014), reset before the recurrent product or after it. */
export const gru: (reset: "after" | "before") => CellReference =
  (reset) =>
  ({ w, x, state, seen }) => {
    const a = affine(w("weightIh"), x, w("bias"));
    const G = reset === "after" ? 3 : 2;
    const R = affine(w("weightHh"), of(seen, "h"));
    const r = plus(gate(a, 0, 3), gate(R, 0, G)).map(σ);
    const z = plus(gate(a, 1, 3), gate(R, 1, G)).map(σ);
    const memory =
      reset === "after"
        ? gate(R, 2, G).map((v, u) => (r[u] as number) * (v + (w("recurrentBias").data[u] as number)))
        : affine(
            w("weightCandidate"),
            of(seen, "h").map((v, u) => (r[u] as number) * v),
          );
    const n = plus(gate(a, 2, 3), memory).map(Math.tanh);
    const h = of(state, "h").map((v, u) => (1 - (z[u] as number)) * (n[u] as number) + (z[u] as number) * v);
    return { output: h, state: { h } };
  };

/** Jordan (1986). */
export const jordan: (decay: number) => CellReference =
  (decay) =>
  ({ w, x, state, seen }) => {
    const h = plus(affine(w("weightIh"), x, w("bias")), affine(w("weightHh"), of(seen, "s"))).map(Math.tanh);
    const y = affine(w("weightOutput"), h, w("biasOutput")).map(σ);
    return { output: y, state: { s: y.map((value, k) => decay * (of(state, "s")[k] as number) + value) } };
  };

/** Koutník et al. (2014), module by module. */
export const clockwork: (periods: readonly number[]) => CellReference =
  (periods) =>
  ({ w, x, state, seen }) => {
    const H = of(state, "h").length;
    const moduleOf = (u: number): number => Math.floor((u * periods.length) / H);
    const { shape, data } = w("weightHh");
    // a faster module, one further up, does not reach a slower one
    const R = { shape, data: data.map((r, n) => (moduleOf(n % H) < moduleOf(Math.floor(n / H)) ? 0 : r)) };
    const a = plus(affine(w("weightIh"), x, w("bias")), affine(R, of(seen, "h")));
    const h = of(state, "h").map((old, u) => (of(state, "phase")[u] === 0 ? Math.tanh(a[u] as number) : old));
    const phase = of(state, "phase").map((steps, u) => (steps + 1) % (periods[moduleOf(u)] as number));
    return { output: h, state: { h, phase } };
  };

/** Mikolov et al. (2014). */
export const scrn: (decay: number | "adaptive") => CellReference =
  (decay) =>
  ({ w, x, state, seen }) => {
    const α = (k: number): number => (decay === "adaptive" ? σ(w("retention").data[k] as number) : decay);
    const s = affine(w("weightContext"), x).map((b, k) => (1 - α(k)) * b + α(k) * (of(state, "s")[k] as number));
    const sums = [affine(w("weightContextHidden"), s), affine(w("weightIh"), x), affine(w("weightHh"), of(seen, "h"))];
    const h = plus(...sums).map(σ);
    return { output: [...h, ...s], state: { h, s } };
  };

/** (a − μ)/√(σ² + ε)·γ + β over the whole vector. */
function normalised(a: readonly number[], γ: Float64Tensor, β: Float64Tensor | undefined, epsilon: number): number[] {
  const mean = a.reduce((sum, v) => sum + v, 0) / a.length;
  const variance = a.reduce((sum, v) => sum + (v - mean) ** 2, 0) / a.length;
  return a.map((v, k) => ((v - mean) / Math.sqrt(variance + epsilon)) * (γ.data[k] as number) + (β?.data[k] ?? 0));
}

/** Ba et al. (2016), equations 20 to 22. */
export const layerNormLSTM: (epsilon: number) => CellReference =
  (epsilon) =>
  ({ w, x, state, seen }) => {
    const a = plus(
      normalised(affine(w("weightIh"), x), w("inputNorm.weight"), undefined, epsilon),
      normalised(affine(w("weightHh"), of(seen, "h")), w("recurrentNorm.weight"), undefined, epsilon),
      [...w("bias").data],
    );
    return lstmState(a, of(state, "c"), (cell) => normalised(cell, w("cellNorm.weight"), w("cellNorm.bias"), epsilon));
  };

/** Pascanu et al. (2014): so many layers between input and state, state and state, state and output. */
export const deepTransition: (of: {
  input: number;
  transition: number;
  output: number;
  shortcut: boolean;
}) => CellReference =
  ({ input, transition, output, shortcut }) =>
  ({ w, x, seen }) => {
    const through = (name: string, count: number, from: readonly number[]): readonly number[] => {
      let value = from;
      for (let k = 0; k < count; k++)
        value = affine(w(`${name}.${k}.weight`), value, w(`${name}.${k}.bias`)).map(Math.tanh);
      return value;
    };
    const e = affine(w("fromInput.weight"), through("inputLayers", input, x), w("fromInput.bias"));
    let h = of(seen, "h");
    for (let k = 0; k <= transition; k++) {
      let a = affine(w(`transitionLayers.${k}.weight`), h, k > 0 ? w(`transitionLayers.${k}.bias`) : undefined);
      if (k === 0) a = plus(a, e);
      if (k === transition && shortcut) a = plus(a, affine(w("shortcut.weight"), of(seen, "h")));
      h = a.map(Math.tanh);
    }
    return { output: through("outputLayers", output, h), state: { h } };
  };

/** Krueger et al. (2017): `keeps` says how much of its old value a unit keeps at a step. */
export const zoneout: (
  inner: CellReference,
  keeps: (place: { name: string; b: number; t: number; u: number }) => number,
) => CellReference = (inner, keeps) => (step) => {
  const w: Weights = (path) => step.w(`cell.${path}`);
  const { output, state } = inner({ ...step, w });
  const next: Record<string, readonly number[]> = {};
  for (const [name, fresh] of Object.entries(state)) {
    next[name] = fresh.map((value, u) => {
      const m = keeps({ ...step.at, name, u });
      return m * (of(step.state, name)[u] as number) + (1 - m) * value;
    });
  }
  const source = Object.keys(state).find((name) => state[name] === output);
  return { output: source ? of(next, source) : output, state: next };
};

/** Pixel (row, column) of filter `o` of W ∗ X, with zeros around the image: PyTorch's and Keras's cross-correlation. */
function convolved(
  W: Float64Tensor,
  X: readonly number[],
  {
    o,
    row,
    column,
    height,
    width,
    stride,
    pad,
  }: Record<"o" | "row" | "column" | "height" | "width" | "stride" | "pad", number>,
): number {
  const [, C, kH, kW] = W.shape as [number, number, number, number];
  let sum = 0;
  for (let c = 0; c < C; c++) {
    for (let a = 0; a < kH; a++) {
      for (let b = 0; b < kW; b++) {
        const [y, x] = [row * stride + a - pad, column * stride + b - pad];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        const weight = W.data[((o * C + c) * kH + a) * kW + b] as number;
        sum += weight * (X[(c * height + y) * width + x] as number);
      }
    }
  }
  return sum;
}

/** Shi et al. (2015), equation 3, for kernels of 3 × 3: `stride` and `pad` are those of the input's convolution. */
export const convLSTM2D: (
  of: Record<"F" | "H" | "W" | "OH" | "OW" | "stride" | "pad", number> & { peepholes: boolean },
) => CellReference =
  ({ F, H, W, OH, OW, stride, pad, peepholes }) =>
  ({ w, x, state, seen }) => {
    const h: number[] = [];
    const c: number[] = [];
    for (let f = 0; f < F; f++) {
      for (let row = 0; row < OH; row++) {
        for (let column = 0; column < OW; column++) {
          const n = (f * OH + row) * OW + column;
          const a = (gate: number): number => {
            const at = { o: 4 * f + gate, row, column };
            return (
              convolved(w("weightIh"), x, { ...at, height: H, width: W, stride, pad }) +
              convolved(w("weightHh"), of(seen, "h"), { ...at, height: OH, width: OW, stride: 1, pad: 1 }) +
              (w("bias").data[4 * f + gate] as number)
            );
          };
          const see = (k: number, value: number): number =>
            peepholes ? (w(`peephole.${k}`).data[n] as number) * value : 0;
          const old = of(state, "c")[n] as number;
          const cell = σ(a(1) + see(1, old)) * old + σ(a(0) + see(0, old)) * Math.tanh(a(2));
          c.push(cell);
          h.push(σ(a(3) + see(2, cell)) * Math.tanh(cell));
        }
      }
    }
    return { output: h, state: { h, c } };
  };
