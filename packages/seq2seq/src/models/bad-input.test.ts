import { DotAttention } from "@unroll/attention";
import { random, tensor, zeros } from "@unroll/nn";
import { expect, test } from "vitest";
import { BahdanauDecoder, LuongDecoder, PlainDecoder } from "../decoders";
import { ConvolutionalFront, PyramidalEncoder, RecurrentEncoder } from "../encoders";
import { bahdanauOf, encoderOf, plainOf, SIZES, tokensOf } from "../test-support/batches";
import {
  constantSampling,
  decodeWithSampling,
  exponentialSampling,
  inverseSigmoidSampling,
  linearSampling,
} from "../training";
import { EncoderDecoder } from "./encoder-decoder";

const { V, E, H } = SIZES;
const sizes = { vocabularySize: V, embeddingSize: E };
const encoder = () => encoderOf("gru");
const decoderSizes = () => ({ ...sizes, encoder: encoder(), hiddenSize: H });
const model = () => new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), { startId: 0, endId: 1 });
const target = (...rows: number[][]) =>
  tensor(Uint32Array.from(rows.flat()), { shape: [rows.length, rows[0]?.length ?? 0] });

const bad: Record<string, () => unknown> = {
  "an empty source": () => encoder().encode(tensor(new Uint32Array(0), { shape: [2, 0] })),
  "a source of length 0": () => encoder().encode(tokensOf(2, 3, V, 1), { lengths: [3, 0] }),
  "a source longer than allowed": () =>
    new RecurrentEncoder(H, { ...sizes, maxLength: 4 }).encode(tokensOf(2, 5, V, 1)),
  "features where tokens are read": () => encoder().encode(zeros([2, 3, 4])),
  "tokens where features are read": () => new RecurrentEncoder(H, { inputSize: 4 }).encode(tokensOf(2, 3, V, 1)),
  "a pyramid without halvings": () => new PyramidalEncoder(H, { ...sizes, halvings: 0 }),
  "a front without convolutions": () =>
    new ConvolutionalFront((inputSize) => new RecurrentEncoder(H, { inputSize }), { ...sizes, channels: [] }),
  "a vocabulary without a start": () => new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), { endId: 1 }),
  "a vocabulary without an end": () => new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), { startId: 0 }),
  "an end that the decoder cannot say": () =>
    new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), { startId: 0, endId: V }),
  "a target without its end": () =>
    model().loss({ source: tokensOf(2, 3, V, 1), target: target([2, 3, 1], [2, 3, 4]) }),
  "a target whose length leaves the end out": () =>
    model().loss({ source: tokensOf(2, 3, V, 1), target: target([2, 3, 1], [2, 1, 0]), targetLengths: [3, 1] }),
  "a target of real numbers": () => model().loss({ source: tokensOf(2, 3, V, 1), target: zeros([2, 3]) }),
  "tokens of other rows than the state": () => {
    const decoder = bahdanauOf(encoder(), { cell: "gru" });
    return decoder.decode(decoder.start(encoder().encode(tokensOf(2, 3, V, 1))), tokensOf(3, 2, V, 2));
  },
  "all tokens to step": () => {
    const decoder = bahdanauOf(encoder(), { cell: "gru" });
    return decoder.step(decoder.start(encoder().encode(tokensOf(2, 3, V, 1))), tokensOf(2, 2, V, 2));
  },
  "an attention of other sizes": () => new BahdanauDecoder({ ...decoderSizes(), attention: new DotAttention(H) }),
  "an embedding tied to features of another size": () => new PlainDecoder({ ...decoderSizes(), tied: true }),
  "a readout of no features": () =>
    new LuongDecoder({ ...decoderSizes(), hiddenSize: 2 * H, attention: new DotAttention(2 * H), readoutSize: 0 }),
  "a copy of states that do not fit": () => new PlainDecoder({ ...decoderSizes(), bridge: "copy" }),
  "more layers than the encoder has, layer by layer": () =>
    new PlainDecoder({ ...decoderSizes(), bridge: "perLayer", layers: 2 }),
  "a bridge that there is not": () => new PlainDecoder({ ...decoderSizes(), bridge: "rope" as "zero" }),
  "a probability above 1": () => constantSampling(1.5),
  "a slope below 0": () => linearSampling({ slope: -1 }),
  "a base of 1": () => exponentialSampling({ k: 1 }),
  "a k below 1": () => inverseSigmoidSampling({ k: 0.5 }),
  "sampling by no probability": () => {
    const decoder = plainOf(encoder(), "gru");
    const state = decoder.start(encoder().encode(tokensOf(2, 3, V, 1)));
    return decodeWithSampling(decoder, state, tokensOf(2, 2, V, 2), { probability: -1, rng: random(1) });
  },
};

/** What an error says. */
function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

test("what is wrong is said before anything runs", () => {
  const said = Object.fromEntries(Object.entries(bad).map(([name, make]) => [name, messageOf(make)]));
  expect(said).toMatchInlineSnapshot(`
    {
      "a base of 1": "ValueError: exponentialSampling: k should be at least 0 and less than 1 but is 1.",
      "a bridge that there is not": "ValueError: bridge: bridge should be zero, copy, dense, perLayer but is rope.",
      "a copy of states that do not fit": "ValueError: CopyBridge: the encoder's states should be 1, of 7 features each but is 1, of 14. Use bridge "dense" or "perLayer", which project them.",
      "a front without convolutions": "ValueError: ConvolutionalFront: layers should be a positive whole number but is 0.",
      "a k below 1": "ValueError: inverseSigmoidSampling: k should be a finite number, at least 1 but is 0.5.",
      "a probability above 1": "ValueError: constantSampling: probability should be from 0 to 1 but is 1.5.",
      "a pyramid without halvings": "ValueError: PyramidalEncoder: halvings should be a positive whole number but is 0.",
      "a readout of no features": "ValueError: LuongDecoder: readoutSize should be a positive whole number but is 0.",
      "a slope below 0": "ValueError: linearSampling: slope should be a finite number, at least 0 but is -1.",
      "a source longer than allowed": "ValueError: RecurrentEncoder.encode: source should be of at most 4 steps but is 5. Shorten it, or build the encoder with a greater maxLength.",
      "a source of length 0": "ValueError: RecurrentEncoder.encode: source[1] should be of at least one step but is of length 0. Leave empty sources out of the batch.",
      "a target of real numbers": "DTypeError: EncoderDecoder.loss: target should be u32 or i32 but is f32. Make it with tensor(values, { dtype: "u32" }), or cast it.",
      "a target whose length leaves the end out": "ValueError: EncoderDecoder.loss: target[1][0], the last token, should be the end token 1 but is 2. End every target with it, and pass targetLengths that count it where rows are padded.",
      "a target without its end": "ValueError: EncoderDecoder.loss: target[1][2], the last token, should be the end token 1 but is 4. End every target with it, and pass targetLengths that count it where rows are padded.",
      "a vocabulary without a start": "ValueError: EncoderDecoder: the vocabulary's start token should be one of the decoder's tokens 0 to 10 but is missing. Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.",
      "a vocabulary without an end": "ValueError: EncoderDecoder: the vocabulary's end token should be one of the decoder's tokens 0 to 10 but is missing. Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.",
      "all tokens to step": "ShapeError: BahdanauDecoder.step: tokens should be [2], one for each row of the state but is [2, 2]. decode takes all tokens of a row at once.",
      "an attention of other sizes": "ValueError: BahdanauDecoder: attention should be with querySize 7, the decoder's hiddenSize, and memorySize 14, the encoder's but is 7 and 7. An attention is told both sizes first: new AdditiveAttention(7, 14).",
      "an embedding tied to features of another size": "ValueError: PlainDecoder: embeddingSize should be 7, as many as the features that logits are made of, since the embedding is tied, but is 6. Make them equal, or leave tied out.",
      "an empty source": "ShapeError: RecurrentEncoder.encode: source should be of at least one row and one step but is [2, 0]. Leave empty sources out of the batch.",
      "an end that the decoder cannot say": "ValueError: EncoderDecoder: the vocabulary's end token should be one of the decoder's tokens 0 to 10 but is 11. Build the decoder with the vocabularySize of that vocabulary, special tokens included.",
      "features where tokens are read": "ShapeError: RecurrentEncoder.encode: source should be [B, S] but is [2, 3, 4]. Sources are rows of tokens [B, S]; build the encoder with inputSize for features [B, S, I].",
      "more layers than the encoder has, layer by layer": "ValueError: ProjectionBridge: the encoder's states should be at least 2 but is 1. Use bridge "dense", which makes all layers of the encoder's last.",
      "sampling by no probability": "ValueError: decodeWithSampling: probability should be from 0 to 1 but is -1.",
      "tokens of other rows than the state": "ShapeError: BahdanauDecoder.decode: tokens should be [2, T], a row for each of the state's but is [3, 2]. step takes the last token of each row.",
      "tokens where features are read": "ShapeError: RecurrentEncoder.encode: source should be [B, S, 4] but is [2, 3]. Sources are features [B, S, 4]; build the encoder with vocabularySize and embeddingSize for tokens [B, S].",
    }
  `);
});
