import { type Random, sineFaults } from "@unroll/data";
import { Adam, type Generator, GRU, Linear, LSTM, Module, mseLoss, RNN, slice, type Tensor, tensor } from "@unroll/nn";

const CELLS = { Elman: RNN, GRU, LSTM };
export type Waves = { steps: number; period: number; noise: number };

/** Says at each step of a series what the next one will be. */
export class Forecaster extends Module {
  readonly recurrent;
  readonly out: Linear;

  constructor(cell: keyof typeof CELLS, hidden: number, rng: Generator) {
    super();
    this.recurrent = new CELLS[cell](1, hidden, { rng });
    this.out = new Linear(hidden, 1, { rng });
  }

  /** @param x [B, T, 1] @returns [B, T, 1], at t what is expected at t + 1 */
  forward(x: Tensor): Tensor {
    return this.out.forward(this.recurrent.forward(x).output);
  }
}

/** @returns one training step on new series without a fault; it answers with the loss */
export function trainer(model: Forecaster, { lr, random, ...waves }: Waves & { lr: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { inputs, inputShape } = sineFaults(random, { batchSize: 32, share: 0, ...waves });
    const x = tensor(inputs, { shape: inputShape });
    const loss = mseLoss(model.forward(slice(x, 1, 0, -1)), slice(x, 1, 1));
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
