import { messageOf, messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  BytePairTokenizer,
  bagOfWords,
  balancedRows,
  bucketBatches,
  CharVocabulary,
  convertTags,
  deltas,
  editDistance,
  errorRate,
  FeatureScale,
  isBalanced,
  joinFeatures,
  logMel,
  melodyVerdicts,
  NgramCounts,
  ngrams,
  oneHot,
  padSequences,
  padSeries,
  preEmphasis,
  resample,
  StreamBatches,
  sequenceWindows,
  spanF1,
  spansOf,
  spectrogram,
  splitByHash,
  splitWords,
  stft,
  TfIdf,
  tagsOf,
  Vocabulary,
  vectorsFor,
  WordHashing,
  WordTokenizer,
  withEnds,
} from ".";

const letters = new CharVocabulary("abc");
const words = new Vocabulary(["a", "b"], { unknown: true, start: true, end: true });
const tokenizer = WordTokenizer.train("a b a");
const pairs = BytePairTokenizer.train("ab ab", { size: 257 });
const hashing = WordHashing.fromWords(["ab"]);
const counts = new NgramCounts(2).add([["a", "b"]]);
const features = { data: Float32Array.of(1, 2), shape: [2, 1] };
const frames = { fftSize: 4, sampleRate: 8, bands: 1 };
/** As a tensor of @unroll/nn looks. */
class Tensor {
  dtype = "i32";
  shape = [2];
  data = async () => Int32Array.of(0, 1);
}

/** Readers of a list, of a list of lists, and of texts, each given something else. */
const readers: Record<string, (value: never) => unknown> = {
  "CharVocabulary.decode": (value) => letters.decode(value),
  "Vocabulary.decode": (value) => words.decode(value),
  "Vocabulary.encode": (value) => words.encode(value),
  "WordTokenizer.decode": (value) => tokenizer.decode(value),
  "BytePairTokenizer.decode": (value) => pairs.decode(value),
  Vocabulary: (value) => new Vocabulary(value),
  "Vocabulary.from": (value) => Vocabulary.from(value),
  "Vocabulary.from, a sequence": (value) => Vocabulary.from([value]),
  "Vocabulary.fromCounts": (value) => Vocabulary.fromCounts(value),
  CharVocabulary: (value) => new CharVocabulary(value),
  "CharVocabulary, a character": (value) => new CharVocabulary([value]),
  "WordHashing.fromWords": (value) => WordHashing.fromWords(value),
  "WordHashing.encode": (value) => hashing.encode(value),
  "WordHashing.encode, a text": (value) => hashing.encode([value]),
  "WordHashing.collisions": (value) => hashing.collisions(value),
  TfIdf: (value) => new TfIdf(value, 1),
  FeatureScale: (value) => new FeatureScale(value, value),
  withEnds: (value) => withEnds(value, words),
  ngrams: (value) => ngrams(value, 2),
  "NgramCounts.add": (value) => counts.add([value]),
  "NgramCounts.probability": (value) => counts.probability("a", value),
  bagOfWords: (value) => bagOfWords(value, 2),
  "bagOfWords, a row": (value) => bagOfWords([value], 2),
  vectorsFor: (value) => vectorsFor(value, { words: [], vectors: { data: new Float32Array(0), shape: [0, 2] } }),
  padSequences: (value) => padSequences(value),
  "padSequences, a row": (value) => padSequences([[1], value]),
  padSeries: (value) => padSeries(value),
  "padSeries, a row": (value) => padSeries([[1], value]),
  bucketBatches: (value) => bucketBatches(value, { batchSize: 2 }),
  balancedRows: (value) => balancedRows(value, { batchSize: 2, index: 0 }),
  StreamBatches: (value) => new StreamBatches(value, { batchSize: 1, steps: 1 }),
  oneHot: (value) => oneHot(value, 2),
  sequenceWindows: (value) => sequenceWindows(value, { length: 1 }),
  editDistance: (value) => editDistance(value, "a"),
  errorRate: (value) => errorRate(["a"], value),
  "errorRate, a row": (value) => errorRate(["a"], [value]),
  spanF1: (value) => spanF1(value, value),
  "spanF1, a row": (value) => spanF1([value], [["O"]]),
  spansOf: (value) => spansOf(value, { strict: false }),
  tagsOf: (value) => tagsOf(value, 1),
  convertTags: (value) => convertTags(value, "bio", "bioes"),
  stft: (value) => stft(value, { fftSize: 4 }),
  spectrogram: (value) => spectrogram(value, { fftSize: 4 }),
  logMel: (value) => logMel(value, frames),
  resample: (value) => resample(value, 2, 1),
  preEmphasis: (value) => preEmphasis(value),
  deltas: (value) => deltas(value),
  joinFeatures: (value) => joinFeatures(features, value),
  "FeatureScale.of": (value) => FeatureScale.of(value),
  splitByHash: (value) => splitByHash(value, { train: 1 }),
  melodyVerdicts: (value) => melodyVerdicts(value, { tonic: 0, mode: "major" }),
  isBalanced: (value) => isBalanced(value),
  splitWords: (value) => splitWords(value),
  "CharVocabulary.encode": (value) => letters.encode(value),
  "CharVocabulary.fromText": (value) => CharVocabulary.fromText(value),
  "CharVocabulary.fromText, a text": (value) => CharVocabulary.fromText([value]),
  "WordTokenizer.train": (value) => WordTokenizer.train(value),
  "WordTokenizer.train, a text": (value) => WordTokenizer.train([value]),
  "BytePairTokenizer.train": (value) => BytePairTokenizer.train(value, { size: 300 }),
  "BytePairTokenizer.train, a text": (value) => BytePairTokenizer.train([value], { size: 300 }),
  "WordTokenizer.encode": (value) => tokenizer.encode(value),
  "BytePairTokenizer.encode": (value) => pairs.encode(value),
};

test.each(Object.entries(readers))("%s refuses promises and tensors, and says what to do", (name, read) => {
  const promise = messageOf(() => read(Promise.resolve([0, 1]) as never));
  expect(promise).toMatch(/^[A-Z][A-Za-z]+Error: .* but got a Promise\. Await it\.$/);
  expect(promise).toContain(name.replace(/,.*/, "").replace("convertTags", "spansOf"));
  const tensor = messageOf(() => read(new Tensor() as never));
  expect(tensor).toMatch(/^[A-Z][A-Za-z]+Error: .* but got a Tensor\. Pass its values: await tensor\.data\(\)\.$/);
  expect(messageOf(() => read(undefined as never))).toMatch(
    /^[A-Z][A-Za-z]+Error: .* but got (undefined\. Pass|none beside 1 in) /,
  );
});

test("a text in the place of a list of texts, and bags that are none", async () => {
  const bad: Record<string, () => unknown> = {
    sequences: () => Vocabulary.from("a b" as never),
    words: () => WordHashing.fromWords("a b" as never),
    "words of collisions": () => hashing.collisions("a b" as never),
    signals: () => FeatureScale.of("a" as never),
    counts: () => Vocabulary.fromCounts({ a: 1 } as never),
    "numbers for words": () => WordHashing.fromWords([1] as never),
    "a promise of bags": () => TfIdf.fit(Promise.resolve(features) as never),
    "a text for bags": () => TfIdf.fit("a b" as never),
    "documents for bags": () => TfIdf.fit([[0, 1]] as never),
    "data of bags": () => TfIdf.fit(Float32Array.of(1) as never),
    "bags of other extents": () => TfIdf.fit({ data: [1, 2], shape: [2] }),
    "nothing to weight": () => TfIdf.fit(features).transform(undefined as never),
    "a tensor to weight": () => TfIdf.fit(features).transform(new Tensor() as never),
    "a share of documents": () => new TfIdf([1], 0.5),
  };
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a promise of bags": "EncodingError: TfIdf.fit: expected bags to be a table, as bagOfWords gives it but got a Promise. Await it.",
      "a share of documents": "EncodingError: TfIdf: expected documents to be a whole number of at least 0 but got 0.5. Pass documents as such a number.",
      "a tensor to weight": "EncodingError: TfIdf.transform: expected bags to be a table, as bagOfWords gives it but got a Tensor. Pass { data, shape: [N, V] }.",
      "a text for bags": "EncodingError: TfIdf.fit: expected bags to be a table, as bagOfWords gives it but got "a b". Pass { data, shape: [N, V] }.",
      "bags of other extents": "EncodingError: TfIdf.fit: expected bags to be a table, as bagOfWords gives it but got 2 numbers of shape [2]. Pass { data, shape: [N, V] }.",
      "counts": "VocabularyError: Vocabulary.fromCounts: expected counts to be a Map but got an object with a. Pass a Map.",
      "data of bags": "EncodingError: TfIdf.fit: expected bags to be a table, as bagOfWords gives it but got {"0":1}. Pass { data, shape: [N, V] }.",
      "documents for bags": "EncodingError: TfIdf.fit: expected bags to be a table, as bagOfWords gives it but got [[0,1]]. Pass { data, shape: [N, V] }.",
      "nothing to weight": "EncodingError: TfIdf.transform: expected bags to be a table, as bagOfWords gives it but got undefined. Pass { data, shape: [N, V] }.",
      "numbers for words": "EncodingError: letterTrigrams: expected word to be a text but got 1. Pass a text.",
      "sequences": "VocabularyError: Vocabulary.from: expected sequences to be a list but got "a b". Pass a list.",
      "signals": "SignalError: FeatureScale.of: expected signals to be a list but got "a". Pass a list.",
      "words": "EncodingError: WordHashing.fromWords: expected words to be a list but got "a b". Pass a list.",
      "words of collisions": "EncodingError: WordHashing.collisions: expected words to be a list but got "a b". Pass a list.",
    }
  `);
  const streamed = (chunks: unknown) => CharVocabulary.fromStream(chunks as never).catch(String);
  expect(await streamed(Promise.resolve("ab"))).toBe(
    "VocabularyError: CharVocabulary.fromStream: expected chunks to be a list but got a Promise. Await it.",
  );
  expect(await streamed(new Response("ab"))).toContain("but got a Response. Pass its text: await response.text().");
});

test("what else stands in the place of a list or a text", () => {
  const loose = (value: unknown) => value as never;
  const bad: Record<string, () => unknown> = {
    "a padded batch": () => words.decode(loose(padSequences([[1, 2]]))),
    "a text for ids": () => letters.decode(loose("ab")),
    "a text for words": () => words.encode(loose("ab")),
    "a text for a history": () => counts.probability("a", loose("b")),
    "a sentence for sentences": () => counts.add(loose(["a", "b"])),
    "a response for a text": () => tokenizer.encode(loose(new Response("a"))),
    "words for a text": () => tokenizer.encode(loose(["a", "b"])),
    "a number for ids": () => pairs.decode(loose(3)),
    "a function for ids": () => pairs.decode(loose(() => [3])),
  };
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a function for ids": "TokenizerError: BytePairTokenizer.decode: expected ids to be a list but got a function. Pass a list.",
      "a number for ids": "TokenizerError: BytePairTokenizer.decode: expected ids to be a list but got 3. Pass a list.",
      "a padded batch": "VocabularyError: Vocabulary.decode: expected ids to be a list but got an object with data, shape, lengths. Pass its data.",
      "a response for a text": "TokenizerError: WordTokenizer.encode: expected text to be a text but got a Response. Pass its text: await response.text().",
      "a sentence for sentences": "EncodingError: NgramCounts.add: expected each sequence to be a list but got "a". Pass a list.",
      "a text for a history": "EncodingError: NgramCounts.probability: expected history to be a list but got "b". Pass a list.",
      "a text for ids": "VocabularyError: CharVocabulary.decode: expected ids to be a list but got "ab". Pass a list.",
      "a text for words": "VocabularyError: Vocabulary.encode: expected a list of texts but got "ab". Pass such as text.split(" "), or idOf(entry) for one entry.",
      "words for a text": "TokenizerError: WordTokenizer.encode: expected text to be a text but got ["a","b"]. Pass a text.",
    }
  `);
});
