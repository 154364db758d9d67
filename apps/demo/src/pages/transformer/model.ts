import { LearnedPositions, SinusoidalPositions, TransformerEncoder } from "@unroll/attention";
import type { Random } from "@unroll/data";
import { Adam, crossEntropy, Embedding, type Generator, Linear, Module, type Tensor, tensor } from "@unroll/nn";
import { classesOf, drawDigits, type TaskName } from "./tasks";

const POSITIONS = {
  learned: (length: number, size: number, rng: Generator) => new LearnedPositions(length, size, { rng }),
  sinusoidal: (_: number, size: number) => new SinusoidalPositions(size),
  none: () => null,
};
export type Sizes = {
  length: number;
  layers: number;
  heads: number;
  headSize: number;
  positions: keyof typeof POSITIONS;
};

/** Digits in, a class at each place out; nothing but attention brings places together. */
export class DigitTransformer extends Module {
  readonly embedding: Embedding;
  readonly positions;
  readonly encoder: TransformerEncoder;
  readonly out: Linear;

  constructor({ length, layers, heads, headSize, positions }: Sizes, rng: Generator) {
    super();
    const size = heads * headSize;
    this.embedding = new Embedding(10, size, { rng });
    this.positions = POSITIONS[positions](length, size, rng);
    this.encoder = new TransformerEncoder(size, heads, { layers, norm: "pre", rng });
    this.out = new Linear(size, classesOf(length), { rng });
  }

  /** @param digits [B, T] @returns logits [B, T, V] */
  forward(digits: Tensor): Tensor {
    return this.out.forward(this.encoder.forward(this.vectors(digits)));
  }

  /** @returns vectors [B, T, size] of the digits, with their positions where there are any */
  vectors(digits: Tensor): Tensor {
    const vectors = this.embedding.forward(digits);
    return this.positions ? this.positions.forward(vectors) : vectors;
  }

  /** @returns of each layer, how much each place looks at each other: [B, heads, T, T] */
  maps(digits: Tensor): Tensor[] {
    let x = this.vectors(digits);
    return this.encoder.layers.flatMap((layer) => {
      const { weights } = layer.selfAttention.forward(layer.norm1.forward(x), { needWeights: true });
      x = layer.forward(x);
      return weights ?? [];
    });
  }
}

/** @returns one training step on new digits; it answers with the loss */
export function trainer(
  model: DigitTransformer,
  task: TaskName,
  options: { lr: number; length: number; random: Random },
) {
  const optimizer = new Adam(model.parameters(), { lr: options.lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { digits, answers, shape } = drawDigits(options.random, task, { rows: 32, length: options.length });
    const loss = crossEntropy(model.forward(tensor(digits, { shape })), tensor(answers, { shape }));
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
