import { type Random, runningSum } from "@unroll/data";
import { Adam, type Generator, GRU, Linear, LSTM, Module, mseLoss, RNN, type Tensor, tensor } from "@unroll/nn";

const CELLS = { rnn: RNN, gru: GRU, lstm: LSTM };
export type Cell = keyof typeof CELLS;

/** Reads −1, 0 or 1 at each step and says the sum of all so far. */
export class SumSoFar extends Module {
  readonly recurrent;
  readonly out;

  constructor(cell: Cell, hidden: number, rng: Generator) {
    super();
    this.recurrent = new CELLS[cell](1, hidden, { rng });
    this.out = new Linear(hidden, 1, { rng });
  }

  /** @param x [B, T, 1] @returns [B, T, 1] */
  forward(x: Tensor): Tensor {
    return this.out.forward(this.recurrent.forward(x).output);
  }
}

/** @returns one training step on new examples; it answers with the loss */
export function trainer(model: SumSoFar, options: { lr: number; steps: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr: options.lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { inputs, inputShape, targets, targetShape } = runningSum(options.random, {
      batchSize: 32,
      steps: options.steps,
    });
    const predicted = model.forward(tensor(inputs, { shape: inputShape }));
    const loss = mseLoss(predicted, tensor(targets, { shape: targetShape }));
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
