import { AdditiveAttention, type Attention, HardAttention } from "@unroll/attention";
import type { Vocabulary } from "@unroll/data";
import { add, detach, type Generator, Module, mul, reshape, sub, type Tensor } from "@unroll/nn";
import {
  BahdanauDecoder,
  Captioner,
  ConvolutionalGridEncoder,
  type Encoder,
  FeatureGridEncoder,
} from "@unroll/seq2seq";
import type { Settings } from "../training/settings";
import { CHANNELS } from "./draw-scene";
import { SIDE } from "./scene";

/**
 * Windows as wide as their stride but for the first, so that a cell of the 6 × 6 sees 10 × 10 pixels, hardly more than the
 * 8 × 8 that are its own: what a decoder knows of an object it has from cells on that object.
 */
const LAYERS = [
  { channels: 16, kernelSize: 4, stride: 2 },
  { channels: 32, kernelSize: 2, stride: 2 },
  { channels: 64, kernelSize: 2, stride: 2 },
];
/** E, features of a word; A, units of the attention's score. */
const [EMBEDDING, SCORE] = [24, 64];
/**
 * What h_t is thinned out by where words are made of it and of the context: without, the decoder learns an object's shape by
 * heart as it looks there for its colour, and looks elsewhere as it says it.
 */
const STATE_DROPOUT = 0.5;

/** Images to learn from, and their captions. */
export interface Captioned {
  /** [B, 48, 48, 3] */
  images: Tensor;
  /** Ids [B, T] with the end. */
  target: Tensor;
  lengths: Uint32Array<ArrayBuffer>;
}

/**
 * Two captioners (Xu et al. 2015), trained side by side. `soft`: convolutions, their cells' places, and an LSTM whose
 * attention is soft,
 *   a = cells(image) + places;   α_t = additive(h_{t−1}, a);   c_t = β_t·Σ α_t·a;   h_t = LSTM([E·y_{t−1}; c_t], h_{t−1});
 *   p(y_t) = softmax(W·dropout(tanh(V·[c_t; dropout(h_t)] + b)) + d)
 * `hard`: the same decoder, which draws one cell for each word, over the annotations of the other as they are: those are
 * features given, as Xu et al. have them. So its draws make the other's gradients no noisier.
 */
export class SceneCaptioner extends Module {
  readonly soft: Captioner;
  readonly hard: Captioner;
  readonly grid: readonly [rows: number, columns: number];
  readonly geometry: ConvolutionalGridEncoder["geometry"];

  constructor(words: Vocabulary, settings: Settings, rng: Generator) {
    super();
    const encoder = new ConvolutionalGridEncoder({
      ...{ imageSize: [SIDE, SIDE], inputChannels: CHANNELS, layers: LAYERS, positions: true, rng },
    });
    this.grid = encoder.grid;
    this.geometry = encoder.geometry;
    this.soft = captioner(encoder, words, settings, rng, (attention) => attention);
    const given = new FeatureGridEncoder(encoder.memorySize, { grid: encoder.grid });
    this.hard = captioner(given, words, settings, rng, (attention) => new HardAttention(attention, { rng }));
  }

  /** Annotations of images [B, rows, columns, D] as the hard captioner is given them. */
  features(images: Tensor): Tensor {
    const { memory } = this.soft.encode(images);
    return detach(reshape(memory, [memory.shape[0] as number, ...this.grid, memory.shape[2] as number]));
  }

  /** −ln p of a word, of the soft captioner. */
  softLoss({ images, target, lengths }: Captioned): Tensor {
    return this.soft.loss({ source: images, target, targetLengths: lengths });
  }

  /**
   * The soft captioner's, with the gradients of both. The hard one's is divided by the mean length of captions, so that its
   * words count as much; what it is says nothing, since what draws are rewarded with is in it.
   */
  loss(captioned: Captioned): Tensor {
    const { images, target, lengths } = captioned;
    const hard = this.hard.loss({ source: this.features(images), target, targetLengths: lengths });
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    return add(this.softLoss(captioned), mul(sub(hard, detach(hard)), 1 / mean));
  }
}

function captioner(
  encoder: Encoder,
  words: Vocabulary,
  { hidden, dropout, cell, layers }: Settings,
  rng: Generator,
  wrap: (attention: AdditiveAttention) => Attention,
): Captioner {
  const decoder = new BahdanauDecoder({
    ...{ encoder, cell, layers, dropout, rng, gate: true, readout: "attentional", stateDropout: STATE_DROPOUT },
    ...{ vocabularySize: words.size, embeddingSize: EMBEDDING, hiddenSize: hidden },
    attention: wrap(new AdditiveAttention(hidden, encoder.memorySize, { size: SCORE, rng })),
  });
  return new Captioner(encoder, decoder, words);
}
