import { tensor, zeros } from "@unroll/nn";
import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  alignmentSvg,
  attentionMaps,
  type BahdanauDecoder,
  bleuFromStatistics,
  Captioner,
  ConvolutionalGridEncoder,
  chrf,
  corpusBleu,
  drawAlignment,
  EncoderDecoder,
  evenGeometry,
  exponentialSampling,
  FeatureGridEncoder,
  headMapsSvg,
  imageAttentionSvg,
  inverseSigmoidSampling,
  rougeL,
  sacreBleu,
  sentenceBleu,
  upsampleAttention,
} from ".";
import { bahdanauOf, encoderOf, plainOf, SIZES, tokensOf } from "./test-support/batches";

/** What plain JavaScript lets one pass. */
const loose = (options: object) => options;
const [texts, lists] = [["a b"], [["a b"]]];
const weights = { data: Float32Array.of(1, 0), shape: [1, 2] };
const drawing = { weights, source: ["a", "b"], target: ["c"] };
const maps = { ...drawing, weights: { data: weights.data, shape: [1, 1, 2] } };
const looked = { weights, grid: [1, 2], words: ["c"] } as const;
const geometry = evenGeometry([2, 4], [1, 2]);
const pixels = { height: 2, width: 4 };
const model = () => new EncoderDecoder(encoderOf("gru"), plainOf(encoderOf("gru"), "gru"), { startId: 0, endId: 1 });
const pairs = () => ({ source: tokensOf(1, 3, SIZES.V, 1), target: tensor(Uint32Array.of(2, 1), { shape: [1, 2] }) });
const captioner = () => {
  const encoder = encoderOf("gru");
  return new Captioner(encoder, bahdanauOf(encoder, { cell: "gru" }) as BahdanauDecoder, { startId: 0, endId: 1 });
};

const bad: Record<string, () => unknown> = {
  "a misspelt BLEU": () => corpusBleu(texts, lists, loose({ smooth: "method1" })),
  "a misspelt BLEU of a sentence": () => sentenceBleu("a", ["a"], loose({ maxOrder: 2 })),
  "a misspelt sacreBLEU": () => sacreBleu(texts, lists, loose({ tokenize: "13a" })),
  "misspelt statistics": () =>
    bleuFromStatistics({ correct: [1], total: [1], hypothesisLength: 1, referenceLength: 1 }, loose({ maxOrder: 2 })),
  "a misspelt chrF": () => chrf(texts, lists, loose({ order: 2 })),
  "a misspelt ROUGE": () => rougeL(texts, lists, loose({ lowercase: true })),
  "a misspelt theme": () => alignmentSvg(drawing, loose({ colour: "dark" })),
  "a theme that there is not": () => alignmentSvg(drawing, loose({ theme: "sepia" })),
  "a theme of a canvas that there is not": () => drawAlignment(undefined as never, drawing, loose({ theme: "sepia" })),
  "a misspelt alignment": () => alignmentSvg({ ...drawing, ...loose({ name: "a" }) }),
  "a promise of labels": () => alignmentSvg({ ...drawing, source: Promise.resolve(["a", "b"]) as never }),
  "a text for labels": () => alignmentSvg({ ...drawing, source: "ab" as never }),
  "a tensor for weights": () => alignmentSvg({ ...drawing, weights: zeros([1, 2]) as never }),
  "a promise of weights": () => alignmentSvg({ ...drawing, weights: Promise.resolve(weights) as never }),
  "misspelt columns": () => headMapsSvg({ ...maps, ...loose({ perRow: 2 }) }),
  "a misspelt picture": () => imageAttentionSvg(undefined, { ...looked, ...loose({ width: 2 }) }),
  "a misspelt upsampling": () => imageAttentionSvg(undefined, { ...looked, upsample: loose({ mode: "nearest" }) }),
  "a misspelt upsampling by itself": () => upsampleAttention(weights, { ...pixels, ...loose({ mode: "nearest" }) }),
  "a misspelt map": () => attentionMaps(weights, { grid: [1, 2], geometry, ...loose({ mode: "nearest" }) }),
  "a misspelt grid": () => new FeatureGridEncoder(2, loose({ position: true })),
  "a misspelt layer": () =>
    new ConvolutionalGridEncoder({ imageSize: [8, 8], layers: [{ channels: 2, ...loose({ kernel: 5 }) }] }),
  "lengths of an image by another name": () =>
    new FeatureGridEncoder(2).encode(zeros([1, 1, 1, 2]), loose({ sourceLengths: [1] })),
  "a misspelt k": () => exponentialSampling({ k: 0.5, ...loose({ floor: 0.1 }) }),
  "a misspelt k of another": () => inverseSigmoidSampling({ k: 2, ...loose({ floor: 0.1 }) }),
  "misspelt lengths of a batch": () => model().loss({ ...pairs(), ...loose({ sourceLength: [3] }) }),
  "misspelt lengths of captions": () => captioner().loss({ ...pairs(), ...loose({ lengths: [2] }) }),
  "misspelt lengths of a batch to decode": () => model().decode({ ...pairs(), ...loose({ targetLength: [2] }) }),
  "misspelt lengths of a batch to go through": () => model().forward({ ...pairs(), ...loose({ sourceLength: [3] }) }),
  "an option of decoding": () => model().decode(pairs(), loose({ smoothing: 0.1 })),
  "a tensor for a batch": () => model().forward(pairs().source as never),
};

test("options that there are none of, and what stands in the place of others, are refused by name", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a misspelt BLEU": "ValueError: corpusBleu: options.smooth should be one of weights, smoothing, autoReweigh but is not one of them.",
      "a misspelt BLEU of a sentence": "ValueError: sentenceBleu: options.maxOrder should be one of weights, smoothing, autoReweigh but is not one of them.",
      "a misspelt ROUGE": "ValueError: rougeL: options.lowercase should be one of beta but is not one of them.",
      "a misspelt alignment": "ValueError: alignmentSvg: options.name should be one of weights, source, target, title but is not one of them.",
      "a misspelt chrF": "ValueError: chrf: options.order should be one of characterOrder, wordOrder, beta, whitespace, lowercase but is not one of them.",
      "a misspelt grid": "ValueError: FeatureGridEncoder: options.position should be one of grid, size, positions, rng but is not one of them. Did you mean positions?",
      "a misspelt k": "ValueError: exponentialSampling: options.floor should be one of k but is not one of them.",
      "a misspelt k of another": "ValueError: inverseSigmoidSampling: options.floor should be one of k but is not one of them.",
      "a misspelt layer": "ValueError: ConvolutionalGridEncoder: options.kernel should be one of channels, kernelSize, stride but is not one of them.",
      "a misspelt map": "ValueError: attentionMaps: options.mode should be one of grid, geometry, method, sigma but is not one of them.",
      "a misspelt picture": "ValueError: imageAttentionSvg: options.width should be one of weights, grid, words, size, upsample, columns but is not one of them.",
      "a misspelt sacreBLEU": "ValueError: sacreBleu: options.tokenize should be one of tokenizer, lowercase, maxOrder, smoothing, smoothValue, effectiveOrder but is not one of them.",
      "a misspelt theme": "ValueError: alignmentSvg: options.colour should be one of theme but is not one of them.",
      "a misspelt upsampling": "ValueError: imageAttentionSvg: options.mode should be one of method, stride, start, sigma, image, receptiveField but is not one of them.",
      "a misspelt upsampling by itself": "ValueError: upsampleAttention: options.mode should be one of method, stride, start, sigma, image, receptiveField but is not one of them.",
      "a promise of labels": "ValueError: alignmentSvg: source should be a list of labels but is a Promise. Await it.",
      "a promise of weights": "ValueError: alignmentSvg: weights should be { data, shape } but is a Promise. Await it.",
      "a tensor for a batch": "ValueError: EncoderDecoder.decode: batch.shape should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them.",
      "a tensor for weights": "ValueError: alignmentSvg: weights should be { data, shape } but is an Object. Of a tensor: { data: await weights.data(), shape: weights.shape }.",
      "a text for labels": "ValueError: alignmentSvg: source should be a list of labels but is the text "ab".",
      "a theme of a canvas that there is not": "ValueError: drawAlignment: theme should be auto or light or dark but is "sepia".",
      "a theme that there is not": "ValueError: alignmentSvg: theme should be auto or light or dark but is "sepia".",
      "an option of decoding": "ValueError: EncoderDecoder.decode: options.smoothing should be one of labelSmoothing, sampling, coverage, doublyStochastic but is not one of them.",
      "lengths of an image by another name": "ValueError: FeatureGridEncoder.encode: options.sourceLengths should be one of lengths, copyIds but is not one of them. Did you mean lengths?",
      "misspelt columns": "ValueError: headMapsSvg: options.perRow should be one of weights, source, target, heads, columns but is not one of them.",
      "misspelt lengths of a batch": "ValueError: EncoderDecoder.loss: batch.sourceLength should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them.",
      "misspelt lengths of a batch to decode": "ValueError: EncoderDecoder.decode: batch.targetLength should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them.",
      "misspelt lengths of a batch to go through": "ValueError: EncoderDecoder.decode: batch.sourceLength should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them.",
      "misspelt lengths of captions": "ValueError: EncoderDecoder.loss: batch.lengths should be one of source, sourceLengths, copyIds, target, targetLengths but is not one of them. Say whose: sourceLengths or targetLengths.",
      "misspelt statistics": "ValueError: bleuFromStatistics: options.maxOrder should be one of smoothing, smoothValue, effectiveOrder but is not one of them.",
    }
  `);
});

test("a geometry may be spread into the options of upsampling as it is", () => {
  const upsample = { ...geometry, method: "nearest" } as const;
  expect(imageAttentionSvg(undefined, { ...looked, upsample })).toContain("<svg");
  expect([...upsampleAttention(weights, { ...pixels, ...upsample })].slice(0, 4)).toEqual([1, 1, 0, 0]);
});
