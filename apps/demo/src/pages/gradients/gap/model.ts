import { longGap, type Random } from "@unroll/data";
import {
  Adam,
  crossEntropy,
  type Generator,
  GRU,
  IRNN,
  Linear,
  LSTM,
  Module,
  RNN,
  reshape,
  slice,
  type Tensor,
  tensor,
} from "@unroll/nn";

const CELLS = { Elman: RNN, IRNN, GRU, LSTM };

/** Reads a whole sequence and says at its end what its first step was. */
export class GapModel extends Module {
  readonly recurrent;
  readonly out;

  constructor(cell: keyof typeof CELLS, hidden: number, rng: Generator) {
    super();
    this.recurrent = new CELLS[cell](1, hidden, { rng });
    this.out = new Linear(hidden, 2, { rng });
  }

  /** @param x [B, T, 1] @returns logits [B, 2] */
  forward(x: Tensor): Tensor {
    const { output } = this.recurrent.forward(x);
    const [rows = 0, steps = 0, units = 0] = output.shape;
    return this.out.forward(reshape(slice(output, 1, steps - 1, steps), [rows, units]));
  }
}

/** The loss on new sequences: the first step is 1 or −1, all others are noise. */
export function lossOf(model: GapModel, random: Random, steps: number): Tensor {
  const { inputs, inputShape, targets } = longGap(random, { batchSize: 32, steps: steps + 1 });
  return crossEntropy(model.forward(tensor(inputs, { shape: inputShape })), tensor(targets));
}

/** @returns one training step on new sequences; it answers with the loss */
export function trainer(model: GapModel, options: { lr: number; clip: number; steps: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr: options.lr, clipNorm: options.clip });
  const step = async (): Promise<Tensor> => {
    const loss = lossOf(model, options.random, options.steps);
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
