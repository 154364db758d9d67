import { crossEntropy, GRU, Linear, LSTM, Module, RNN, random, reshape, type Tensor, tensor } from "..";

/** Which recurrent network a test trains. */
export type CellName = "RNN" | "LSTM" | "GRU" | "GRU before";

/** Sizes of the names task: 57 letters, 128 hidden units, 18 languages. */
export const NAMES = { I: 57, H: 128, C: 18 } as const;

const cells = { RNN, LSTM, GRU, "GRU before": GRU } as const;

/** A sequence classifier of one layer: the last state scores the classes. */
export class Classifier extends Module {
  readonly cell: RNN | LSTM | GRU;
  readonly out: Linear;

  constructor(name: CellName, { I, H, C }: { I: number; H: number; C: number }, seed = 7) {
    super();
    const rng = random(seed);
    this.cell = new cells[name](I, H, { rng, ...(name === "GRU before" ? { reset: "before" } : {}) });
    this.out = new Linear(H, C, { rng });
  }

  forward(x: Tensor, lengths?: readonly number[]): Tensor {
    const { state } = this.cell.forward(x, { lengths });
    const h = "h" in state ? state.h : state;
    return this.out.forward(reshape(h, [h.shape[1] as number, h.shape[2] as number]));
  }
}

/** One batch of made-up sequences: the same numbers for a seed, whatever T they are padded to. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly lengths: readonly number[];
}

export function batch({
  B,
  T,
  I,
  C,
  seed = 1,
  padTo = T,
}: {
  B: number;
  T: number;
  I: number;
  C: number;
  seed?: number;
  padTo?: number;
}): Batch {
  const rng = random(seed);
  const values = rng.normal(B * T * I);
  const lengths = Array.from({ length: B }, (_, row) => 1 + ((row * 7 + 3) % T));
  const padded = new Float32Array(B * padTo * I);
  for (let row = 0; row < B; row++) {
    const real = values.subarray(row * T * I, (row * T + (lengths[row] as number)) * I);
    padded.set(real, row * padTo * I);
  }
  const y = Int32Array.from({ length: B }, (_, row) => (row * 5 + seed) % C);
  return { x: tensor(padded, { shape: [B, padTo, I] }), y: tensor(y), lengths };
}

/** The loss of a batch. */
export const lossOf = (model: Classifier, { x, y, lengths }: Batch): Tensor =>
  crossEntropy(model.forward(x, lengths), y);
