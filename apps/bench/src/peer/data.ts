// What the peer harness hands to an adapter, by kind of case.

type Floats = Float32Array<ArrayBuffer>;
type Ints = Int32Array<ArrayBuffer>;

/** W [I, G·H], U [H, G·H] and b [G·H]: blocks of H columns for each of G gates, multiplied from the right. */
export interface CellData {
  readonly W: Floats;
  readonly U: Floats;
  readonly b: Floats;
}

/** The last layer: Wo [H, C], bo [C]. */
interface OutData {
  readonly Wo: Floats;
  readonly bo: Floats;
}

export interface SequenceSize {
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
}

/** Sizes and arrays of each kind. */
export interface PeerCases {
  matmul: { params: { n: number }; data: { A: Floats; B: Floats } };
  lstm: { params: SequenceSize; data: CellData & { x: Floats } };
  gru: { params: SequenceSize; data: CellData & { x: Floats } };
  charlm: {
    params: { V: number; H: number; L: number; B: number; T: number };
    data: OutData & { layers: readonly CellData[]; x: Ints; y: Ints };
  };
  names: {
    params: { V: number; H: number; T: number; C: number; B: number };
    data: CellData & OutData & { x: Ints; y: Ints };
  };
  attn: {
    params: { B: number; Ts: number; Tt: number; H: number; V: number };
    /** E [V, H], Wq and We [H, H], v [H]; a GRU's weights of [embedding, context]; enc [B, Ts, H] and h0 [B, H]. */
    data: CellData & OutData & Record<"E" | "Wq" | "We" | "v" | "enc" | "h0", Floats> & { x: Ints; y: Ints };
  };
  softmax: { params: { rows: number; cols: number }; data: { x: Floats } };
  layernorm: {
    params: { rows: number; cols: number; eps: number };
    data: { x: Floats; gamma: Floats; beta: Floats };
  };
  embed: { params: { V: number; D: number; N: number }; data: { table: Floats; idx: Ints; dOut: Floats } };
}

export type PeerKind = keyof PeerCases;
