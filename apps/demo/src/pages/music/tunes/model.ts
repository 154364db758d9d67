import { MELODY_BAR, MELODY_TOKENS, type MelodySeed, type MusicKey, melodies, type Random } from "@unroll/data";
import { Adam, type Generator, SequenceGenerator, type Tensor, tensor } from "@unroll/nn";
import { SEED_SIZE, vectorOf } from "./seeds";

/** Bars of a tune. */
export const BARS = 4;

/** Makes a tune from one vector: h₀ is made of it, and from then on each token is fed back to make the next. */
export function makeComposer(options: { cell: "gru" | "lstm"; hidden: number; layers: number; rng: Generator }) {
  const { cell, hidden, layers, rng } = options;
  return new SequenceGenerator({
    ...{ cell, layers, rng, conditionSize: SEED_SIZE, hiddenSize: hidden },
    vocabularySize: MELODY_TOKENS.length, // a token holds the note before, begins one of 25, or is one of 24 chords
  });
}

/** @returns [B, 17] */
export function vectors(seeds: readonly MelodySeed[]): Tensor {
  return tensor(Float32Array.from(seeds.flatMap(vectorOf)), { shape: [seeds.length, SEED_SIZE] });
}

/** @returns one training step on new tunes by rule; it answers with the loss */
export function trainer(model: SequenceGenerator, options: { lr: number; keys: MusicKey[]; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr: options.lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { seeds, tokens, shape } = melodies(options.random, { batchSize: 32, bars: BARS, keys: options.keys });
    const loss = model.loss({ x: vectors(seeds), y: tensor(tokens, { shape }) });
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}

/** Tunes of 36 tokens, drawn one after another on the device. @param temperature below 1 it dares less, above 1 more */
export function compose(
  model: SequenceGenerator,
  seeds: readonly MelodySeed[],
  options: { temperature: number; seed: number },
): Promise<number[][]> {
  const length = BARS * MELODY_BAR;
  return model.generate(vectors(seeds), { ...options, length, perSubmission: length / 2 });
}
