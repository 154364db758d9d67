import { AdditiveAttention, HardAttention } from "@unroll/attention";
import type { Vocabulary } from "@unroll/data";
import { Adam, add, detach, type Generator, Module, mul, reshape, sub, type Tensor } from "@unroll/nn";
import {
  BahdanauDecoder,
  Captioner,
  ConvolutionalGridEncoder,
  FeatureGridEncoder,
  type PairBatch,
} from "@unroll/seq2seq";

/** From 24 × 24 pixels to 6 × 6 cells, each of which sees 6 × 6 pixels: less than a shape. */
const LAYERS = [
  { channels: 16, kernelSize: 4 },
  { channels: 32, kernelSize: 2 },
];

/** Two that say what is in a picture (Xu et al. 2015): one looks at all cells, more or less; the other at one for each word. */
export class Captioners extends Module {
  readonly soft: Captioner;
  readonly hard: Captioner;
  readonly grid: readonly [rows: number, columns: number];

  constructor(side: number, cell: "gru" | "lstm", hidden: number, words: Vocabulary, rng: Generator) {
    super();
    const encoder = new ConvolutionalGridEncoder({ imageSize: [side, side], layers: LAYERS, positions: true, rng });
    const { memorySize, grid } = encoder;
    this.grid = grid;
    const score = () => new AdditiveAttention(hidden, memorySize, { rng });
    const sizes = { cell, hiddenSize: hidden, embeddingSize: 16, vocabularySize: words.size };
    const options = { ...sizes, readout: "attentional", stateDropout: 0.1, rng } as const;
    const looking = new BahdanauDecoder({ ...options, encoder, attention: score() });
    this.soft = new Captioner(encoder, looking, words);
    const given = new FeatureGridEncoder(memorySize, { grid }); // what the other's convolutions make
    const drawing = new BahdanauDecoder({ ...options, encoder: given, attention: new HardAttention(score(), { rng }) });
    this.hard = new Captioner(given, drawing, words);
  }

  /** What the convolutions make of pictures [B, side, side, 3], as the hard one is given it. */
  features(images: Tensor): Tensor {
    const { memory } = this.soft.encode(images);
    const [B = 0, , D = 0] = memory.shape;
    return detach(reshape(memory, [B, ...this.grid, D]));
  }

  /** What each says after words that it is given, the start first, and where it looked for it. */
  said(images: Tensor, tokens: Tensor) {
    const of = (captioner: Captioner, source: Tensor) => {
      const { logits, weights } = captioner.decoder.decode(captioner.start(source), tokens);
      return { logits, weights };
    };
    return { soft: of(this.soft, images), hard: of(this.hard, this.features(images)) };
  }

  /** −ln p of a word of the soft one, with the gradients of both if captions have so many words; else with its own. */
  loss(pairs: PairBatch, words: number | null): Tensor {
    if (words === null) return this.soft.loss(pairs);
    const hard = this.hard.loss({ ...pairs, source: this.features(pairs.source) });
    return add(this.soft.loss(pairs), mul(sub(hard, detach(hard)), 1 / words));
  }
}

export type NextScenes = () => { pairs: PairBatch; words: number | null };

/** @returns one training step on the next pictures; it answers with the soft one's loss */
export function trainer(model: Captioners, { lr, next }: { lr: number; next: NextScenes }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { pairs, words } = next();
    const loss = model.loss(pairs, words);
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
