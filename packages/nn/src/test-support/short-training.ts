import {
  crossEntropy,
  Dropout,
  Linear,
  LSTM,
  Module,
  random,
  reshape,
  SGD,
  type Tensor,
  type TrainOptions,
  tensor,
} from "..";

const sizes = { B: 4, T: 5, I: 3, H: 6, C: 3 } as const;

/** A small sequence classifier with dropout, so that every source of randomness takes part. */
export class SmallModel extends Module {
  readonly lstm: LSTM;
  readonly drop: Dropout;
  readonly out: Linear;

  constructor(seed: number) {
    super();
    const rng = random(seed);
    this.lstm = new LSTM(sizes.I, sizes.H, { rng });
    this.drop = new Dropout(0.25, { rng });
    this.out = new Linear(sizes.H, sizes.C, { rng });
  }

  forward(x: Tensor): Tensor {
    const { state } = this.lstm.forward(x);
    return this.out.forward(this.drop.forward(reshape(state.h, [sizes.B, sizes.H])));
  }
}

export interface SmallBatch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** `count` batches of made-up sequences, the same for a seed. */
export function* smallBatches(count: number, seed: number): Generator<SmallBatch, void> {
  const rng = random(seed);
  const { B, T, I, C } = sizes;
  for (let index = 0; index < count; index++) {
    const y = Int32Array.from({ length: B }, (_, row) => (row + index) % C);
    yield { x: tensor(rng.normal(B * T * I), { shape: [B, T, I] }), y: tensor(y) };
  }
}

/** What `train` needs to train such a model; `optimizer.dispose()` when done. */
export function shortTraining(seed: number, epochs = 3, steps = 4): TrainOptions<SmallBatch> & { model: SmallModel } {
  const model = new SmallModel(seed);
  return {
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.3, momentum: 0.9, clipNorm: 1 }),
    epochs,
    batches: (epoch) => smallBatches(steps, seed + epoch),
    loss: ({ x, y }) => crossEntropy(model.forward(x), y),
    reportEvery: 1,
  };
}
