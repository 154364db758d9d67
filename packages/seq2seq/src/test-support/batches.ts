import { AdditiveAttention, type Attention, DotAttention, GeneralAttention } from "@unroll/attention";
import { random, type Tensor, tensor } from "@unroll/nn";
import type { BridgeName } from "../bridges";
import { BahdanauDecoder, PlainDecoder, SelfAttentionDecoder, type SelfAttentionState } from "../decoders";
import {
  type CellName,
  type Encoder,
  RecurrentEncoder,
  SelfAttentionEncoder,
  type SelfAttentionOptions,
} from "../encoders";
import { EncoderDecoder } from "../models";

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
  return new RecurrentEncoder(H, {
    ...{ cell, layers, vocabularySize: V, embeddingSize: E, rng: random(1) },
    direction: "bidirectional",
  });
}

interface DecoderChoice {
  readonly cell: CellName;
  readonly layers?: number;
  readonly readout?: "state" | "attentional" | "deep";
  readonly gate?: boolean;
  readonly bridge?: BridgeName;
  readonly attention?: (querySize: number, memorySize: number) => Attention;
}

/** A decoder for an encoder of the same sizes. */
export function bahdanauOf(
  encoder: Encoder,
  { cell, layers = 1, readout = "state", gate = false, bridge = "dense", attention = additive }: DecoderChoice,
  sizes: { V: number; E: number; H: number } = SIZES,
): BahdanauDecoder {
  const { V, E, H } = sizes;
  return new BahdanauDecoder({
    ...{ encoder, cell, layers, readout, gate, bridge, vocabularySize: V, embeddingSize: E, hiddenSize: H },
    rng: random(2),
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

/** Sizes of a small Transformer. */
export const SMALL = { size: 12, heads: 3, layers: 2, feedForward: 20 } as const;

/** An encoder and a decoder of self-attention. */
export function transformerOf(
  options: Partial<SelfAttentionOptions> & { tied?: boolean; alignmentLayer?: number; V?: number; seed?: number } = {},
): { model: EncoderDecoder<SelfAttentionState>; decoder: SelfAttentionDecoder } {
  const { V = SIZES.V, seed = 1, tied = false, alignmentLayer = -1, ...rest } = options;
  const { size, ...sizes } = { ...SMALL, ...rest, vocabularySize: V };
  const encoder = new SelfAttentionEncoder(size, { ...sizes, rng: random(seed) });
  const decoder = new SelfAttentionDecoder({ ...sizes, tied, alignmentLayer, size, encoder, rng: random(seed + 1) });
  return { model: new EncoderDecoder(encoder, decoder, { startId: 0, endId: 1 }), decoder };
}
