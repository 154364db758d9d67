import { type PenStroke, penDigits, type Random } from "@unroll/data";
import { Adam, crossEntropy, type Generator, GRU, Linear, LSTM, Module, RNN, type Tensor, tensor } from "@unroll/nn";
import { FEATURES, featuresOf, MOST_STEPS } from "./pen-path";

const CELLS = { rnn: RNN, gru: GRU, lstm: LSTM };
/** Steps behind the end of a digit have this in place of a class: they take no part in the loss. */
const NONE = -100;

/** Reads the steps of a pen and scores the ten digits after each: it never waits for the end. */
export class DigitReader extends Module {
  readonly recurrent;
  readonly out: Linear;

  constructor(options: { cell: keyof typeof CELLS; hidden: number; layers: number; rng: Generator }) {
    super();
    const { cell, hidden, layers, rng } = options;
    this.recurrent = new CELLS[cell](FEATURES, hidden, { layers, rng });
    this.out = new Linear(hidden, 10, { rng });
  }

  /** @param x [B, T, 5] @returns logits [B, T, 10] */
  forward(x: Tensor): Tensor {
    return this.out.forward(this.recurrent.forward(x).output);
  }
}

/** Digits as the network reads them: [B, 64, 5], and their true lengths. */
export function readable(digits: readonly (readonly PenStroke[])[]) {
  const rows = digits.map(featuresOf);
  const data = new Float32Array(rows.length * MOST_STEPS * FEATURES);
  for (const [at, { row }] of rows.entries()) data.set(row, at * row.length);
  return { data, shape: [rows.length, MOST_STEPS, FEATURES], lengths: rows.map(({ length }) => length) };
}

/** @returns one training step on digits of new hands, which asks for the right one at every step; it answers with the loss */
export function trainer(model: DigitReader, options: { lr: number; variety: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr: options.lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { strokes, targets } = penDigits(options.random, { batchSize: 32, variety: options.variety });
    const { data, shape, lengths } = readable(strokes);
    const wanted = new Int32Array(32 * MOST_STEPS).fill(NONE);
    for (const [row, length] of lengths.entries()) {
      wanted.fill(targets[row] ?? NONE, row * MOST_STEPS, row * MOST_STEPS + length);
    }
    const logits = model.forward(tensor(data, { shape }));
    const loss = crossEntropy(logits, tensor(wanted, { shape: [32, MOST_STEPS] }), { ignoreIndex: NONE });
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
