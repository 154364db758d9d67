import { DotAttention, GeneralAttention, HardAttention } from "@unroll/attention";
import { random, tensor, zeros } from "@unroll/nn";
import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  BahdanauDecoder,
  LuongDecoder,
  PlainDecoder,
  PointerGeneratorDecoder,
  SelfAttentionDecoder,
} from "../decoders";
import { ConvolutionalFront, PyramidalEncoder, RecurrentEncoder, SelfAttentionEncoder } from "../encoders";
import { bahdanauOf, encoderOf, plainOf, SIZES, SMALL, tokensOf, transformerOf } from "../test-support/batches";
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
const placed = () => transformerOf({ positions: "learned", maxLength: 8 }).model;
const selfSizes = () => ({ ...SMALL, encoder: encoder(), vocabularySize: V });
const target = (...rows: number[][]) =>
  tensor(Uint32Array.from(rows.flat()), { shape: [rows.length, rows[0]?.length ?? 0] });

const pair = { source: tokensOf(1, 3, V, 1), target: target([2, 1]) };

function hardModel(kind: "bahdanau" | "luong") {
  const soft = new GeneralAttention(H, encoder().memorySize);
  const options = { ...decoderSizes(), attention: new HardAttention(soft) };
  const decoder = kind === "luong" ? new LuongDecoder(options) : new BahdanauDecoder(options);
  return new EncoderDecoder<unknown>(encoder(), decoder, { startId: 0, endId: 1 });
}

/** What plain JavaScript lets one pass. */
const loose = (options: object) => options;

const bad: Record<string, () => unknown> = {
  "an empty source of a Transformer": () => transformerOf().model.start(tensor(new Uint32Array(0), { shape: [2, 0] })),
  "a source of length 0 of a Transformer": () => transformerOf().model.start(tokensOf(2, 3, V, 1), { lengths: [3, 0] }),
  "a source longer than the table of positions": () => placed().start(tokensOf(2, 9, V, 1)),
  "a source padded past the table of positions": () => placed().start(tokensOf(2, 9, V, 1), { lengths: [8, 2] }),
  "a target longer than the table of positions": () =>
    placed().loss({ source: tokensOf(1, 3, V, 1), target: target([...new Array<number>(8).fill(2), 1]) }),
  "heads that do not divide": () => transformerOf({ heads: 5 }),
  "positions that there are not": () => transformerOf({ positions: "absolute" as "none" }),
  "a layer that there is not": () => transformerOf({ alignmentLayer: 2 }),
  "input feeding of a Transformer": () => new SelfAttentionDecoder({ ...selfSizes(), ...{ inputFeeding: true } }),
  "an attention given to a Transformer": () =>
    new SelfAttentionDecoder({ ...selfSizes(), ...{ attention: new DotAttention(12) } }),
  "scheduled sampling of a Transformer": () =>
    transformerOf().model.loss(
      { source: tokensOf(1, 3, V, 1), target: target([2, 1]) },
      { sampling: { probability: 0.5, rng: random(1) } },
    ),
  "hard attention, of which a plain loss learns nothing": () => hardModel("bahdanau").loss(pair),
  "hard attention, of which Luong's steps tell nothing": () => hardModel("luong").loss(pair),
  "a state to copy that a Transformer has not": () =>
    new PlainDecoder({ ...decoderSizes(), encoder: transformerOf().model.encoder, bridge: "copy" }),
  "a state to project that a Transformer has not": () =>
    new PlainDecoder({ ...decoderSizes(), encoder: transformerOf().model.encoder }),
  "an empty target": () =>
    model().loss({ source: tokensOf(2, 3, V, 1), target: tensor(new Uint32Array(0), { shape: [2, 0] }) }),
  "a target of length 0": () =>
    model().loss({ source: tokensOf(2, 3, V, 1), target: target([2, 1], [2, 1]), targetLengths: [2, 0] }),
  "a coverage loss without attention": () =>
    model().loss({ source: tokensOf(1, 3, V, 1), target: target([2, 1]) }, { coverage: 1 }),
  "a coverage loss below 0": () =>
    model().loss({ source: tokensOf(1, 3, V, 1), target: target([2, 1]) }, { coverage: -1 }),
  "a copy of what a source is not": () => {
    const attention = new DotAttention(encoder().memorySize);
    const sizes_ = { ...decoderSizes(), hiddenSize: encoder().memorySize, attention };
    const decoder = new PointerGeneratorDecoder(sizes_);
    return decoder.start({ ...encoder().encode(tokensOf(2, 3, V, 1)), copyIds: tokensOf(2, 4, V, 1) });
  },
  "a vocabulary without an unknown, for words that it lacks": () =>
    new PointerGeneratorDecoder({
      ...{ ...decoderSizes(), hiddenSize: encoder().memorySize, attention: new DotAttention(encoder().memorySize) },
      extraTokens: 2,
    }),
  "an empty source": () => encoder().encode(tensor(new Uint32Array(0), { shape: [2, 0] })),
  "a source of length 0": () => encoder().encode(tokensOf(2, 3, V, 1), { lengths: [3, 0] }),
  "a source longer than allowed": () =>
    new RecurrentEncoder(H, { ...sizes, maxLength: 4 }).encode(tokensOf(2, 5, V, 1)),
  "features where tokens are read": () => encoder().encode(zeros([2, 3, 4])),
  "tokens where features are read": () => new RecurrentEncoder(H, { inputSize: 4 }).encode(tokensOf(2, 3, V, 1)),
  "a pyramid without halvings": () => new PyramidalEncoder(H, { ...sizes, halvings: 0 }),
  "a front without convolutions": () =>
    new ConvolutionalFront((inputSize) => new RecurrentEncoder(H, { inputSize }), { ...sizes, channels: [] }),
  "a front whose convolutions have no middle": () =>
    new ConvolutionalFront((inputSize) => new RecurrentEncoder(H, { inputSize }), {
      ...sizes,
      channels: [4],
      kernelSize: 2,
    }),
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
  "a direction by another name": () => new RecurrentEncoder(H, { ...sizes, ...loose({ bidirectional: true }) }),
  "a direction that there is not": () => new RecurrentEncoder(H, { ...sizes, ...loose({ direction: "both" }) }),
  "a cell that there is not": () => new RecurrentEncoder(H, { ...sizes, ...loose({ cell: "LSTM" }) }),
  "layers of a pyramid": () => new PyramidalEncoder(H, { ...sizes, ...loose({ layers: 3 }) }),
  "tokens and features": () => new RecurrentEncoder(H, { ...sizes, ...loose({ inputSize: 3 }) }),
  "neither tokens nor features": () => new RecurrentEncoder(H, loose({}) as never),
  "neither, of self-attention": () => new SelfAttentionEncoder(12, loose({ heads: 2 }) as never),
  "an encoder of one object": () => new RecurrentEncoder({ hiddenSize: H, ...sizes } as never, undefined as never),
  "an encoder of self-attention with an embedding size": () =>
    new SelfAttentionEncoder(12, { heads: 3, vocabularySize: V, ...loose({ embeddingSize: 6 }) }),
  "lengths in the options' place": () => encoder().encode(tokensOf(2, 3, V, 1), [3, 2] as never),
  "lengths of a source by a batch's name": () => model().start(tokensOf(2, 3, V, 1), loose({ sourceLengths: [3, 2] })),
  "a source that is no tensor": () => model().start([[2, 3]] as never),
  "an attention of a decoder without one": () =>
    new PlainDecoder({ ...decoderSizes(), ...loose({ attention: new DotAttention(H) }) }),
  "a decoder's cell that there is not": () => new PlainDecoder({ ...decoderSizes(), ...loose({ cell: "LSTM" }) }),
  "no attention": () => new BahdanauDecoder({ ...decoderSizes(), attention: undefined as never }),
  "a readout of Luong's": () =>
    new LuongDecoder({ ...decoderSizes(), attention: new DotAttention(2 * H), ...loose({ readout: "deep" }) }),
  "a misspelt option of a pointer": () =>
    new PointerGeneratorDecoder({ ...decoderSizes(), attention: new DotAttention(H), ...loose({ extra: 2 }) }),
  "a decoder without an encoder": () => new PlainDecoder({ ...decoderSizes(), ...loose({ encoder: undefined }) }),
  "a decoder of nothing": () => new PlainDecoder(undefined as never),
  "a Transformer without an encoder": () =>
    new SelfAttentionDecoder({ ...selfSizes(), ...loose({ encoder: undefined }) }),
  "a source for a state": () =>
    plainOf(encoder(), "gru").step(tokensOf(2, 3, V, 1) as never, tokensOf(2, 1, V, 1) as never),
  "a model without tokens": () => new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), undefined as never),
  "lengths of a batch, of which side": () =>
    model().loss({ source: tokensOf(1, 3, V, 1), target: target([2, 1]), ...loose({ lengths: [3] }) }),
  "a misspelt option of a loss": () =>
    model().loss({ source: tokensOf(1, 3, V, 1), target: target([2, 1]) }, loose({ smoothing: 0.1 })),
  "a batch of nothing": () => model().loss(undefined as never),
  "a batch without a source": () => model().loss({ target: target([2, 1]) } as never),
  "targets that hold the start": () =>
    model().loss({ source: tokensOf(2, 3, V, 1), target: target([0, 3, 1], [0, 4, 1]) }),
  "a misspelt bound": () => linearSampling({ slope: 0.1, ...loose({ min: 0.2 }) }),
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

test("a start that some rows begin with, or that is the end too, may be a word", () => {
  const source = tokensOf(2, 3, V, 1);
  expect(model().loss({ source, target: target([0, 3, 1], [4, 0, 1]) }).shape).toEqual([]);
  const both = new EncoderDecoder(encoder(), plainOf(encoder(), "gru"), { startId: 1, endId: 1 });
  expect(both.loss({ source, target: target([1, 1], [1, 1]) }).shape).toEqual([]);
});

test("what is wrong is said before anything runs", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a Transformer without an encoder": "ValueError: SelfAttentionDecoder: encoder should be an Encoder but is undefined.",
      "a base of 1": "ValueError: exponentialSampling: k should be at least 0 and less than 1 but is 1.",
      "a batch of nothing": "ValueError: EncoderDecoder.loss: batch should be { source, sourceLengths, copyIds, target, targetLengths } but is undefined.",
      "a batch without a source": "DTypeError: RecurrentEncoder.encode: source should be a Tensor but is undefined.",
      "a bridge that there is not": "ValueError: bridge: bridge should be zero or copy or dense or perLayer but is "rope".",
      "a cell that there is not": "ValueError: RecurrentEncoder: cell should be rnn or lstm or gru but is "LSTM".",
      "a copy of states that do not fit": "ValueError: CopyBridge: the encoder's states should be 1, of 7 features each but is 1, of 14. Use bridge "dense" or "perLayer", which project them.",
      "a copy of what a source is not": "ShapeError: PointerGeneratorDecoder.start: copyIds should be [2, 3], what each step of the source is a copy of but is [2, 4]. Encode with { copyIds }, or with an encoder that reads tokens and keeps their number.",
      "a coverage loss below 0": "ValueError: EncoderDecoder.loss: coverage should be a finite number, at least 0 but is -1.",
      "a coverage loss without attention": "ValueError: EncoderDecoder.loss: coverage should be 0 for a decoder without attention but is 1. Leave it out, or build the model with a decoder that attends.",
      "a decoder of nothing": "ValueError: PlainDecoder: options should be { encoder, vocabularySize, embeddingSize, hiddenSize, cell, layers, bridge, tied, dropout, rng } but is undefined.",
      "a decoder without an encoder": "ValueError: PlainDecoder: encoder should be an Encoder but is undefined.",
      "a decoder's cell that there is not": "ValueError: PlainDecoder: cell should be rnn or lstm or gru but is "LSTM".",
      "a direction by another name": "ValueError: RecurrentEncoder: options.bidirectional should be one of cell, layers, direction, vocabularySize, embeddingSize, inputSize, maxLength, dropout, rng but is not one of them. Did you mean direction?",
      "a direction that there is not": "ValueError: GRU: direction should be forward or reverse or bidirectional but is "both".",
      "a front whose convolutions have no middle": "ValueError: ConvolutionalFront: kernelSize should be odd, so that as many zeros stand at both ends but is 2.",
      "a front without convolutions": "ValueError: ConvolutionalFront: channels.length should be a positive whole number but is 0.",
      "a k below 1": "ValueError: inverseSigmoidSampling: k should be a finite number, at least 1 but is 0.5.",
      "a layer that there is not": "ValueError: SelfAttentionDecoder: alignmentLayer should be a layer from 0 to 1, or, from the last on, from -1 to -2 but is 2.",
      "a misspelt bound": "ValueError: linearSampling: options.min should be one of slope, start, floor but is not one of them.",
      "a misspelt option of a loss": "ValueError: EncoderDecoder.loss: options.smoothing should be one of labelSmoothing, sampling, coverage, doublyStochastic but is not one of them.",
      "a misspelt option of a pointer": "ValueError: PointerGeneratorDecoder: options.extra should be one of extraTokens, unknownId, attention, readout, readoutSize, stateDropout, gate, encoder, vocabularySize, embeddingSize, hiddenSize, cell, layers, bridge, tied, dropout, rng but is not one of them.",
      "a model without tokens": "ValueError: EncoderDecoder: the vocabulary's start token should be one of the decoder's tokens 0 to 10 but is missing. Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.",
      "a probability above 1": "ValueError: constantSampling: probability should be from 0 to 1 but is 1.5.",
      "a pyramid without halvings": "ValueError: PyramidalEncoder: halvings should be a positive whole number but is 0.",
      "a readout of Luong's": "ValueError: LuongDecoder: options.readout should be one of attention, inputFeeding, readoutSize, encoder, vocabularySize, embeddingSize, hiddenSize, cell, layers, bridge, tied, dropout, rng but is not one of them.",
      "a readout of no features": "ValueError: LuongDecoder: readoutSize should be a positive whole number but is 0.",
      "a slope below 0": "ValueError: linearSampling: slope should be a finite number, at least 0 but is -1.",
      "a source for a state": "ValueError: PlainDecoder.step: state should be what start gave, or the step before but is something else.",
      "a source longer than allowed": "ValueError: RecurrentEncoder.encode: source should be of at most 4 steps but is 5. Shorten it, or build the encoder with a greater maxLength.",
      "a source longer than the table of positions": "ValueError: SelfAttentionEncoder.encode: source should be of at most 8 steps but is 9. Shorten it, or build the encoder with a greater maxLength.",
      "a source of length 0": "ValueError: RecurrentEncoder.encode: source[1] should be of at least one step but is of length 0. Leave empty sources out of the batch.",
      "a source of length 0 of a Transformer": "ValueError: SelfAttentionEncoder.encode: source[1] should be of at least one step but is of length 0. Leave empty sources out of the batch.",
      "a source padded past the table of positions": "ValueError: LearnedPositions.forward: the sequence should be at most 8 steps long, as the table of positions is but is 9 steps long. Cut it shorter, build the layer with more places, or use SinusoidalPositions, RotaryPositions or alibi.",
      "a source that is no tensor": "DTypeError: RecurrentEncoder.encode: source should be a Tensor but is an Array.",
      "a state to copy that a Transformer has not": "ValueError: CopyBridge: the encoder's states should be 1, of 7 features each but is 0, of none. Use bridge "dense" or "perLayer", which project them.",
      "a state to project that a Transformer has not": "ValueError: ProjectionBridge: the encoder's states should be at least 1 but is 0. Use bridge "zero": this encoder has no state.",
      "a target longer than the table of positions": "ValueError: SelfAttentionDecoder: the target should be of at most 8 steps, the start counted but is 9. Shorten it, or build the decoder with a greater maxLength.",
      "a target of length 0": "ValueError: EncoderDecoder.loss: lengths[1] should be a whole number from 1 to T = 2 but is 0. Leave empty sequences out of the batch, or pass allowEmpty: true.",
      "a target of real numbers": "DTypeError: EncoderDecoder.loss: target should be u32 or i32 but is f32. Make it with tensor(values, { dtype: "u32" }), or cast it.",
      "a target whose length leaves the end out": "ValueError: EncoderDecoder.loss: target[1][0], the last token, should be the end token 1 but is 2. End every target with it, and pass targetLengths that count it where rows are padded.",
      "a target without its end": "ValueError: EncoderDecoder.loss: target[1][2], the last token, should be the end token 1 but is 4. End every target with it, and pass targetLengths that count it where rows are padded.",
      "a vocabulary without a start": "ValueError: EncoderDecoder: the vocabulary's start token should be one of the decoder's tokens 0 to 10 but is missing. Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.",
      "a vocabulary without an end": "ValueError: EncoderDecoder: the vocabulary's end token should be one of the decoder's tokens 0 to 10 but is missing. Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.",
      "a vocabulary without an unknown, for words that it lacks": "ValueError: PointerGeneratorDecoder: unknownId should be one of the tokens 0 to 10 but is missing. A word that the vocabulary lacks is read as it: make the vocabulary with { unknown: true }.",
      "all tokens to step": "ShapeError: BahdanauDecoder.step: tokens should be [2], one for each row of the state but is [2, 2]. decode takes all tokens of a row at once.",
      "an attention given to a Transformer": "ValueError: SelfAttentionDecoder: options.attention should be one of encoder, size, tied, alignmentLayer, vocabularySize, heads, layers, positions, maxLength, keyHeads, headSize, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them.",
      "an attention of a decoder without one": "ValueError: PlainDecoder: options.attention should be one of encoder, vocabularySize, embeddingSize, hiddenSize, cell, layers, bridge, tied, dropout, rng but is not one of them.",
      "an attention of other sizes": "ValueError: BahdanauDecoder: attention should be with querySize 7, the decoder's hiddenSize, and memorySize 14, the encoder's but is 7 and 7. An attention is told both sizes first: new AdditiveAttention(7, 14).",
      "an embedding tied to features of another size": "ValueError: PlainDecoder: embeddingSize should be 7, as many as the features that logits are made of, since the embedding is tied, but is 6. Make them equal, or leave tied out.",
      "an empty source": "ShapeError: RecurrentEncoder.encode: source should be of at least one row and one step but is [2, 0]. Leave empty sources out of the batch.",
      "an empty source of a Transformer": "ShapeError: SelfAttentionEncoder.encode: source should be of at least one row and one step but is [2, 0]. Leave empty sources out of the batch.",
      "an empty target": "ShapeError: EncoderDecoder.loss: target should be of at least one row and one token, the end but is [2, 0]. Leave empty pairs out of the batch.",
      "an encoder of one object": "ValueError: RecurrentEncoder: hiddenSize should be a positive whole number but is an Object.",
      "an encoder of self-attention with an embedding size": "ValueError: SelfAttentionEncoder: options.embeddingSize should be one of inputSize, vocabularySize, heads, layers, positions, maxLength, keyHeads, headSize, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them.",
      "an end that the decoder cannot say": "ValueError: EncoderDecoder: the vocabulary's end token should be one of the decoder's tokens 0 to 10 but is 11. Build the decoder with the vocabularySize of that vocabulary, special tokens included.",
      "features where tokens are read": "ShapeError: RecurrentEncoder.encode: source should be [B, S] but is [2, 3, 4]. Sources are rows of tokens [B, S]; build the encoder with inputSize for features [B, S, I].",
      "hard attention, of which Luong's steps tell nothing": "UnsupportedError: LuongDecoder: what hard attention draws is not told by its steps, so nothing could learn from it. Attend with hard attention in a BahdanauDecoder.",
      "hard attention, of which a plain loss learns nothing": "UnsupportedError: EncoderDecoder.loss: this loss has no gradient of what hard attention draws. Build a Captioner of this encoder and decoder.",
      "heads that do not divide": "ValueError: MultiHeadAttention: heads should be a divisor of size, 12, but is 5. Give headSize where it does not divide.",
      "input feeding of a Transformer": "ValueError: SelfAttentionDecoder: options.inputFeeding should be one of encoder, size, tied, alignmentLayer, vocabularySize, heads, layers, positions, maxLength, keyHeads, headSize, softcap, feedForward, activation, norm, dropout, bias, epsilon, rng but is not one of them.",
      "layers of a pyramid": "ValueError: PyramidalEncoder: options.layers should be one of cell, halvings, direction, vocabularySize, embeddingSize, inputSize, maxLength, dropout, rng but is not one of them.",
      "lengths in the options' place": "ValueError: RecurrentEncoder.encode: options should be { lengths, copyIds } but is an Array.",
      "lengths of a batch, of which side": "ValueError: EncoderDecoder.loss: batch.lengths should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them. Say whose: sourceLengths or targetLengths.",
      "lengths of a source by a batch's name": "ValueError: RecurrentEncoder.encode: options.sourceLengths should be one of lengths, copyIds but is not one of them. Did you mean lengths?",
      "more layers than the encoder has, layer by layer": "ValueError: ProjectionBridge: the encoder's states should be at least 2 but is 1. Use bridge "dense", which makes all layers of the encoder's last.",
      "neither tokens nor features": "ValueError: RecurrentEncoder: options should be with vocabularySize, for sources of tokens, or inputSize, for sources of features, but is with neither.",
      "neither, of self-attention": "ValueError: SelfAttentionEncoder: options should be with vocabularySize, for sources of tokens, or inputSize, for sources of features, but is with neither.",
      "no attention": "ValueError: BahdanauDecoder: attention should be with querySize 7, the decoder's hiddenSize, and memorySize 14, the encoder's but is undefined and undefined. An attention is told both sizes first: new AdditiveAttention(7, 14).",
      "positions that there are not": "ValueError: SelfAttentionEncoder: positions should be learned or sinusoidal or rotary or alibi or none but is "absolute".",
      "sampling by no probability": "ValueError: decodeWithSampling: probability should be from 0 to 1 but is -1.",
      "scheduled sampling of a Transformer": "UnsupportedError: decodeWithSampling: a decoder that reads all steps in one pass has no step at which to draw the next token. Train it by teacher forcing: leave sampling out, or give it a probability of 1.",
      "targets that hold the start": "ValueError: EncoderDecoder.loss: target should be without the start token, which the decoder reads before it but is 0 at the start of every row.",
      "tokens and features": "ValueError: RecurrentEncoder: inputSize should be absent beside vocabularySize but is 3.",
      "tokens of other rows than the state": "ShapeError: BahdanauDecoder.decode: tokens should be [2, T], a row for each of the state's but is [3, 2]. step takes the last token of each row.",
      "tokens where features are read": "ShapeError: RecurrentEncoder.encode: source should be [B, S, 4] but is [2, 3]. Sources are features [B, S, 4]; build the encoder with vocabularySize and embeddingSize for tokens [B, S].",
    }
  `);
});
