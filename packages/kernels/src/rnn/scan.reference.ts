import { GUARD_WORD } from "../core";

/** Numbers in float64, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** What one direction of a layer multiplies by. */
export interface Weights {
  /** R[row, k] */
  r(row: number, k: number): number;
  /** b_N[unit] */
  bN(unit: number): number;
  /** Weight number n of a unit's peepholes. */
  peephole(unit: number, n: number): number;
  /** W[feature, unit] of a projected LSTM. */
  projection(feature: number, unit: number): number;
}

/** One step of one row: the state before it, what it saved, the state after it. */
export interface StepValues {
  readonly hPrev: Float64Array;
  readonly cPrev: Float64Array;
  readonly h: Float64Array;
  readonly c: Float64Array;
  /** As the kernel saves them: `saved` numbers per unit. */
  readonly gates: Float64Array;
  /** Of an LSTM o·tanh(c), which is h where that is not projected; of a GRU that resets before its product r∘h_{t−1}. */
  readonly hidden?: Float64Array;
  /** Of a GRU: its pre-activations r z n, and R_n·h_{t−1} + b_N, for each unit. */
  readonly raw?: Float64Array;
  /** Pre-activations of each unit of an LSTM, and its cell state. */
  readonly units?: readonly { ai: number; af: number; ag: number; ao: number; c: number }[];
}

export interface StepGradients {
  /** Of the input product [G·H]. */
  readonly dGx: Float64Array;
  /** Of the recurrent product [G·H]. */
  readonly dGh: Float64Array;
  readonly dhPrev: Float64Array;
  readonly dcPrev: Float64Array;
  /** What the step adds to dR [G·H, H]. */
  readonly dR: Float64Array;
  /** What the step adds to db_N [H]. */
  readonly dbN: Float64Array;
  /** What the step adds to the gradient of the peepholes [H, K]. */
  readonly dPeephole?: Float64Array;
  /** What the step adds to that of the projection [P, H]. */
  readonly dProjection?: Float64Array;
}

/** One step of a cell, for one row, and its gradient, written from the cell's equations. */
export interface CellReference {
  readonly G: number;
  /** Numbers that it saves for each unit. */
  readonly saved: number;
  /** Whether it has a cell state beside h. */
  readonly hasCell: boolean;
  step(gx: Float64Array, h: Float64Array, c: Float64Array, weights: Weights): StepValues;
  stepBackward(dh: Float64Array, dc: Float64Array, values: StepValues, weights: Weights): StepGradients;
}

export interface ScanSizes {
  readonly D: number;
  readonly B: number;
  readonly T: number;
  readonly H: number;
  /** Features of h: H where it is not projected. */
  readonly P?: number | undefined;
  /** T each when absent. */
  readonly lengths?: ArrayLike<number> | undefined;
  readonly reverse?: boolean | undefined;
}

export type ScanInputs = {
  readonly gx: Tensor64; // [B, T, D, G·H]
  readonly r: Tensor64; //  [D, G·H, P]
  readonly h0?: Tensor64; // [D, B, P]
  readonly c0?: Tensor64; // [D, B, H]
  readonly bN?: Tensor64; // [D, H]
  readonly peephole?: Tensor64; // [D, H, K]
  readonly projection?: Tensor64; // [D, P, H]
};

/** The arrays that the forward kernels write. */
export interface ScanValues {
  readonly y: Tensor64;
  readonly gates: Tensor64;
  readonly cells: Tensor64;
  readonly hPrev: Tensor64;
  readonly hN: Tensor64;
  readonly cN: Tensor64;
  readonly hidden: Tensor64;
}

export type ScanGradients = { readonly dy: Tensor64; readonly dhN?: Tensor64; readonly dcN?: Tensor64 };

/** What an array holds where no kernel wrote to it. */
export const UNWRITTEN = new Float32Array(Uint32Array.of(GUARD_WORD).buffer)[0] as number;

/** Saved for backward: nothing is written at padding, and nothing is read there. */
const unwritten = (...shape: number[]): Tensor64 => {
  const tensor = zeros(...shape);
  tensor.data.fill(UNWRITTEN);
  return tensor;
};

export const zeros = (...shape: number[]): Tensor64 => ({
  shape,
  data: new Float64Array(shape.reduce((a, b) => a * b, 1)),
});

const slice = (data: Float64Array, index: number, width: number): Float64Array =>
  data.subarray(index * width, (index + 1) * width);

/** A layer over all steps but without its input product: plain loops over directions, rows and steps. */
export function scanReference(cell: CellReference, sizes: ScanSizes) {
  const { D, B, T, H, P = H } = sizes;
  const GH = cell.G * H;
  const rows = Array.from({ length: D * B }, (_, n) => ({ d: Math.floor(n / B), b: n % B, n }));
  /** Places [b, t, d] of a row's steps, in the order of its scan. */
  const places = (b: number, d: number): number[] => {
    const times = Array.from({ length: sizes.lengths?.[b] ?? T }, (_, t) => t);
    if (sizes.reverse || d === 1) times.reverse();
    return times.map((t) => (b * T + t) * D + d);
  };
  const weightsOf = ({ r, bN, peephole, projection }: ScanInputs, d: number): Weights => ({
    r: (row, k) => r.data[(d * GH + row) * P + k] ?? 0,
    bN: (unit) => bN?.data[d * H + unit] ?? 0,
    peephole: (unit, n) => peephole?.data[(d * H + unit) * (cell.G - 1) + n] ?? 0,
    projection: (feature, unit) => projection?.data[(d * P + feature) * H + unit] ?? 0,
  });
  const initial = (of: Tensor64 | undefined, n: number, width: number): Float64Array =>
    slice((of ?? zeros(D, B, width)).data, n, width).slice();

  function run(inputs: ScanInputs): ScanValues & { readonly tape: ReadonlyMap<number, StepValues> } {
    const y = zeros(B, T, D, P);
    const gates = unwritten(B, T, D, H, cell.saved);
    const cells = unwritten(B, T, D, H, 2);
    const hidden = unwritten(B, T, D, H);
    const hPrev = zeros(B, T, D, P);
    const hN = zeros(D, B, P);
    const cN = zeros(D, B, H);
    const tape = new Map<number, StepValues>();
    for (const { d, b, n } of rows) {
      let h = initial(inputs.h0, n, P);
      let c = initial(inputs.c0, n, H);
      for (const place of places(b, d)) {
        const values = cell.step(slice(inputs.gx.data, place, GH), h, c, weightsOf(inputs, d));
        tape.set(place, values);
        slice(hPrev.data, place, P).set(h);
        if (values.hidden) slice(hidden.data, place, H).set(values.hidden);
        for (let u = 0; u < H; u++) slice(cells.data, place * H + u, 2).set([c[u] ?? 0, values.c[u] ?? 0]);
        slice(gates.data, place, H * cell.saved).set(values.gates);
        slice(y.data, place, P).set(values.h);
        h = values.h;
        c = values.c;
      }
      slice(hN.data, n, P).set(h);
      slice(cN.data, n, H).set(c);
    }
    return { y, gates, cells, hidden, hPrev, hN, cN, tape };
  }

  function gradients(inputs: ScanInputs, { dy, dhN, dcN }: ScanGradients) {
    const { tape } = run(inputs);
    const dGx = zeros(B, T, D, GH);
    const dGh = zeros(B, T, D, GH);
    const dr = zeros(D, GH, P);
    const dh0 = zeros(D, B, P);
    const dc0 = zeros(D, B, H);
    const dbN = zeros(D, H);
    const dState = zeros(B, T, D, P);
    const dPeephole = zeros(D, H, cell.G - 1);
    const dProjection = zeros(D, P, H);
    for (const { d, b, n } of rows) {
      let dh = initial(dhN, n, P);
      let dc = initial(dcN, n, H);
      for (const place of places(b, d).reverse()) {
        const total = slice(dy.data, place, P).map((value, u) => value + (dh[u] ?? 0));
        const values = tape.get(place);
        if (!values) throw new Error("The tape has every step of every row.");
        const step = cell.stepBackward(total, dc, values, weightsOf(inputs, d));
        slice(dGx.data, place, GH).set(step.dGx);
        slice(dGh.data, place, GH).set(step.dGh);
        slice(dState.data, place, P).set(total);
        add(slice(dr.data, d, GH * P), step.dR);
        if (step.dPeephole) add(slice(dPeephole.data, d, H * (cell.G - 1)), step.dPeephole);
        if (step.dProjection) add(slice(dProjection.data, d, P * H), step.dProjection);
        add(slice(dbN.data, d, H), step.dbN);
        dh = step.dhPrev;
        dc = step.dcPrev;
      }
      slice(dh0.data, n, P).set(dh);
      slice(dc0.data, n, H).set(dc);
    }
    return { dGx, dGh, dr, dh0, dc0, dbN, dState, dPeephole, dProjection };
  }

  return { run, gradients };
}

/**
 * A whole layer: gx_t = W·x_t + b for x [B, T, I], W [D, G·H, I] and b [D, G·H], then the scan; with the gradient of
 * every input. It has the form that gradient checks take.
 */
export function layerReference(cell: CellReference, sizes: ScanSizes) {
  const { D, B, T } = sizes;
  const GH = cell.G * sizes.H;
  const scan = scanReference(cell, sizes);
  type Inputs = Omit<ScanInputs, "gx"> & { readonly x: Tensor64; readonly w: Tensor64; readonly b: Tensor64 };
  const forEachProduct = (I: number, visit: (gx: number, x: number, w: number, b: number) => void): void => {
    for (let bt = 0; bt < B * T; bt++) {
      for (let row = 0; row < D * GH; row++) {
        for (let i = 0; i < I; i++) visit(bt * D * GH + row, bt * I + i, row * I + i, row);
      }
    }
  };
  const inputProduct = ({ x, w, b, ...rest }: Inputs): ScanInputs => {
    const gx = zeros(B, T, D, GH);
    gx.data.forEach((_, n) => {
      gx.data[n] = b.data[n % (D * GH)] ?? 0;
    });
    forEachProduct(x.shape[2] ?? 0, (n, xi, wi) => {
      gx.data[n] = (gx.data[n] ?? 0) + (x.data[xi] ?? 0) * (w.data[wi] ?? 0);
    });
    return { ...rest, gx };
  };
  return {
    forward(inputs: Inputs): Record<string, Tensor64> {
      const { y, hN, cN } = scan.run(inputProduct(inputs));
      return cell.hasCell ? { y, hN, cN } : { y, hN };
    },
    backward(inputs: Inputs, d: Readonly<Record<string, Tensor64>>): Record<string, Tensor64> {
      const { y: dy = zeros(B, T, D, sizes.P ?? sizes.H), hN: dhN, cN: dcN } = d;
      const upstream = { dy, ...(dhN ? { dhN } : {}), ...(dcN ? { dcN } : {}) };
      const { dGx, dr, dh0, dc0, dbN, dPeephole, dProjection } = scan.gradients(inputProduct(inputs), upstream);
      const x = zeros(...inputs.x.shape);
      const w = zeros(...inputs.w.shape);
      const b = zeros(...inputs.b.shape);
      forEachProduct(inputs.x.shape[2] ?? 0, (n, xi, wi) => {
        x.data[xi] = (x.data[xi] ?? 0) + (dGx.data[n] ?? 0) * (inputs.w.data[wi] ?? 0);
        w.data[wi] = (w.data[wi] ?? 0) + (dGx.data[n] ?? 0) * (inputs.x.data[xi] ?? 0);
      });
      dGx.data.forEach((value, n) => {
        b.data[n % (D * GH)] = (b.data[n % (D * GH)] ?? 0) + value;
      });
      const all = { x, w, b, r: dr, h0: dh0, c0: dc0, bN: dbN, peephole: dPeephole, projection: dProjection };
      return Object.fromEntries(Object.entries(all).filter(([name]) => name in inputs));
    },
  };
}

function add(into: Float64Array, what: Float64Array): void {
  what.forEach((value, n) => {
    into[n] = (into[n] ?? 0) + value;
  });
}

/** Σ_k R[row, k]·v[k] */
export function rowProduct({ r }: Weights, row: number, v: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < v.length; k++) sum += r(row, k) * (v[k] ?? 0);
  return sum;
}

/** Rᵀ·d: column k is Σ_row R[row, k]·d[row], for every feature k < P of a state. */
export function columnProducts({ r }: Weights, d: Float64Array, P: number): Float64Array {
  const sums = new Float64Array(P);
  for (let k = 0; k < P; k++) {
    for (let row = 0; row < d.length; row++) sums[k] = (sums[k] ?? 0) + r(row, k) * (d[row] ?? 0);
  }
  return sums;
}

/** d·vᵀ */
export function outerProduct(d: Float64Array, v: Float64Array): Float64Array {
  return Float64Array.from({ length: d.length * v.length }, (_, n) => {
    return (d[Math.floor(n / v.length)] ?? 0) * (v[n % v.length] ?? 0);
  });
}
