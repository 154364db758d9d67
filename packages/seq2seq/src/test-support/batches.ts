import { AdditiveAttention, type Attention, DotAttention, GeneralAttention } from "@unroll/attention";
import { random, type Tensor, tensor } from "@unroll/nn";
import { BahdanauDecoder, PlainDecoder } from "../decoders";
import { type CellName, RecurrentEncoder } from "../encoders";

export const CELLS: readonly CellName[] = ["rnn", "lstm", "gru"];

/** Tokens [B, T] below V. */
export function tokensOf(B: number, T: number, V: number, seed: number): Tensor {
  const values = random(seed).uniform(B * T, 0, V);
  return tensor(Uint32Array.from(values, Math.floor), { shape: [B, T] });
}

export function numbers(shape: readonly number[], seed: number): Tensor {
  return tensor(random(seed).normal(shape.reduce((a, b) => a * b, 1)), { shape });
}

/** Sizes of a small model, none of them a multiple of a tile. */
export const SIZES = { V: 11, E: 6, H: 7, A: 5, B: 3, S: 5, T: 4 } as const;

export function encoderOf(
  cell: CellName,
  sizes: { V: number; E: number; H: number } = SIZES,
  layers = 1,
): RecurrentEncoder {
  const { V, E, H } = sizes;
  const options = { cell, layers, bidirectional: true, vocabularySize: V, embeddingSize: E, rng: random(1) };
  return new RecurrentEncoder(H, options);
}

interface DecoderChoice {
  readonly cell: CellName;
  readonly layers?: number;
  readonly readout?: "state" | "attentional" | "deep";
  readonly gate?: boolean;
  readonly attention?: (querySize: number, memorySize: number) => Attention;
}

/** A decoder for an encoder of the same sizes. */
export function bahdanauOf(
  encoder: RecurrentEncoder,
  { cell, layers = 1, readout = "state", gate = false, attention = additive }: DecoderChoice,
  sizes: { V: number; E: number; H: number } = SIZES,
): BahdanauDecoder {
  const { V, E, H } = sizes;
  return new BahdanauDecoder({
    ...{ encoder, cell, layers, readout, gate, vocabularySize: V, embeddingSize: E, hiddenSize: H, rng: random(2) },
    attention: attention(H, encoder.memorySize),
  });
}

export function plainOf(
  encoder: RecurrentEncoder,
  cell: CellName,
  sizes: { V: number; E: number; H: number } = SIZES,
  layers = 1,
): PlainDecoder {
  const { V, E, H } = sizes;
  return new PlainDecoder({
    ...{ encoder, cell, layers, vocabularySize: V, embeddingSize: E, hiddenSize: H, rng: random(2) },
  });
}

export const additive = (Q: number, D: number): Attention =>
  new AdditiveAttention(Q, D, { size: SIZES.A, rng: random(3) });
export const general = (Q: number, D: number): Attention => new GeneralAttention(Q, D, { rng: random(3) });
export const dot = (Q: number): Attention => new DotAttention(Q);
