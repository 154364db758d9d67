import type { CellData, PeerCases, SequenceSize } from "./data";

// The harness's equations in float64, with its layouts: gates = x·W + h·U + b, blocks of H columns.

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const at = (values: ArrayLike<number>, index: number): number => values[index] ?? 0;

/** v·M of a row of length `rows` and a matrix [rows, columns]. */
function product(v: ArrayLike<number>, M: ArrayLike<number>, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (let i = 0; i < v.length; i++)
    for (let j = 0; j < columns; j++) out[j] = at(out, j) + at(v, i) * at(M, i * columns + j);
  return out;
}

type Step = (x: ArrayLike<number>, h: Float64Array) => Float64Array;

/** h of every row and step [B, T, H], of a cell that `start` makes for each row. */
function walk({ B, T, I, H }: SequenceSize, x: ArrayLike<number>, start: () => Step): Float64Array {
  const out = new Float64Array(B * T * H);
  for (let b = 0; b < B; b++) {
    const step = start();
    let h: Float64Array = new Float64Array(H);
    for (let t = 0; t < T; t++) {
      const from = (b * T + t) * I;
      h = step(
        Array.from({ length: I }, (_, i) => at(x, from + i)),
        h,
      );
      out.set(h, (b * T + t) * H);
    }
  }
  return out;
}

export function lstmOutput(size: SequenceSize, { W, U, b }: CellData, x: ArrayLike<number>): Float64Array {
  const { H } = size;
  return walk(size, x, () => {
    const c = new Float64Array(H);
    return (input, h) => {
      const a = product(input, W, 4 * H);
      const r = product(h, U, 4 * H);
      const gate = (g: number, u: number): number => at(a, g * H + u) + at(r, g * H + u) + at(b, g * H + u);
      return h.map((_, u) => {
        c[u] = sigmoid(gate(1, u)) * at(c, u) + sigmoid(gate(0, u)) * Math.tanh(gate(2, u));
        return sigmoid(gate(3, u)) * Math.tanh(at(c, u));
      });
    };
  });
}

export function gruOutput(size: SequenceSize, cell: CellData, x: ArrayLike<number>): Float64Array {
  return walk(size, x, () => (input, h) => gruStep(input, h, cell));
}

function gruStep(input: ArrayLike<number>, h: Float64Array, { W, U, b }: CellData): Float64Array<ArrayBuffer> {
  const H = h.length;
  const a = product(input, W, 3 * H).map((value, j) => value + at(b, j));
  const r = product(h, U, 3 * H);
  return Float64Array.from(h, (before, u) => {
    const reset = sigmoid(at(a, u) + at(r, u));
    const z = sigmoid(at(a, H + u) + at(r, H + u));
    const n = Math.tanh(at(a, 2 * H + u) + reset * at(r, 2 * H + u));
    return n + z * (before - n);
  });
}

/** −ln p_y, p = softmax(h·Wo + bo). */
function loss(h: ArrayLike<number>, Wo: ArrayLike<number>, bo: ArrayLike<number>, y: number): number {
  const logits = product(h, Wo, bo.length).map((value, j) => value + at(bo, j));
  const most = Math.max(...logits);
  return most + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - most), 0)) - at(logits, y);
}

/** Mean loss of Bahdanau's decoder before any update: e = v·tanh(h·Wq + enc·We), a GRU over [embedding, context]. */
export function attentionLoss({ B, Ts, Tt, H }: PeerCases["attn"]["params"], data: PeerCases["attn"]["data"]): number {
  let sum = 0;
  for (let b = 0; b < B; b++) {
    const memory = Array.from({ length: Ts }, (_, s) => data.enc.subarray((b * Ts + s) * H, (b * Ts + s + 1) * H));
    const keys = memory.map((vector) => product(vector, data.We, H));
    let h = Float64Array.from(data.h0.subarray(b * H, (b + 1) * H));
    for (let t = 0; t < Tt; t++) {
      const query = product(h, data.Wq, H);
      const scores = keys.map((key) =>
        key.reduce((score, value, u) => score + at(data.v, u) * Math.tanh(value + at(query, u)), 0),
      );
      const parts = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const whole = parts.reduce((a, c) => a + c, 0);
      const context = Float64Array.from({ length: H }, (_, u) =>
        memory.reduce((value, vector, s) => value + (at(parts, s) / whole) * at(vector, u), 0),
      );
      const token = at(data.x, b * Tt + t);
      const input = [...data.E.subarray(token * H, (token + 1) * H), ...context];
      h = gruStep(input, h, data);
      sum += loss(h, data.Wo, data.bo, at(data.y, b * Tt + t));
    }
  }
  return sum / (B * Tt);
}

function oneHot(tokens: ArrayLike<number>, V: number): Float64Array {
  const rows = new Float64Array(tokens.length * V);
  for (let n = 0; n < tokens.length; n++) rows[n * V + at(tokens, n)] = 1;
  return rows;
}

/** Mean loss of the character model before any update. */
export function characterLoss(
  { V, H, B, T }: PeerCases["charlm"]["params"],
  data: PeerCases["charlm"]["data"],
): number {
  let states = oneHot(data.x, V);
  for (const [layer, cell] of data.layers.entries()) {
    states = lstmOutput({ B, T, I: layer === 0 ? V : H, H }, cell, states);
  }
  let sum = 0;
  for (let n = 0; n < B * T; n++) sum += loss(states.subarray(n * H, (n + 1) * H), data.Wo, data.bo, at(data.y, n));
  return sum / (B * T);
}

/** Mean loss of the names model before any update. */
export function namesLoss({ V, H, T, B }: PeerCases["names"]["params"], data: PeerCases["names"]["data"]): number {
  const states = walk({ B, T, I: V, H }, oneHot(data.x, V), () => (input, h) => {
    const a = product(input, data.W, H);
    const r = product(h, data.U, H);
    return h.map((_, u) => Math.tanh(at(a, u) + at(r, u) + at(data.b, u)));
  });
  let sum = 0;
  for (let b = 0; b < B; b++) {
    const last = (b * T + T - 1) * H;
    sum += loss(states.subarray(last, last + H), data.Wo, data.bo, at(data.y, b));
  }
  return sum / B;
}
