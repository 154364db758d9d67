import { expect, test } from "vitest";
import {
  addingProblem,
  BytePairTokenizer,
  bracketLanguage,
  bucketBatches,
  CharVocabulary,
  copyMemory,
  DatesInWords,
  editDistance,
  longGap,
  melodies,
  morseSounds,
  oneHot,
  padSequences,
  penDigits,
  Random,
  ShuffledRows,
  StreamBatches,
  sequenceWindows,
  sineFaults,
  splitByHash,
  splitByShuffle,
  splitWords,
  Vocabulary,
  WordTokenizer,
  withEnds,
} from ".";

/** What plain JavaScript lets one pass. */
const loose = (options: object) => options;
const random = new Random(1);
const words = new Vocabulary(["a", "b"], { start: true, end: true });
const size = { batchSize: 2, steps: 16 };

const bad: Record<string, () => unknown> = {
  "a text for entries": () => new Vocabulary("abc" as never),
  "numbers for entries": () => new Vocabulary([1, 2] as never),
  "entries by another name": () => new Vocabulary(["a"], loose({ unk: true })),
  "cuts of given entries": () => new Vocabulary(["a"], loose({ minCount: 2 })),
  "a cut by another name": () => Vocabulary.from([["a"]], loose({ minFrequency: 2 })),
  "a flag for options": () => new Vocabulary(["a"], true as never),
  "an option of characters": () => new CharVocabulary("abc", loose({ lowercase: true })),
  "an option of a text": () => CharVocabulary.fromText("abc", loose({ lowercase: true })),
  "an option of pairs": () => BytePairTokenizer.train("ab ab", { size: 300, ...loose({ lower: true }) }),
  "a rule of words": () => splitWords("A b", loose({ lowercase: true })),
  "a rule of a tokenizer": () => new WordTokenizer(words, loose({ lowercase: true })),
  "a rule of a trained tokenizer": () => WordTokenizer.train("A b", loose({ lowercase: true })),
  "words between ends": () => withEnds(["a", "b"] as never, words as never),
  "a text between ends": () => withEnds("ab" as never, words as never),
  "rows between ends": () => withEnds([[1, 2], [3]] as never, words as never),
  "padding by another name": () => padSequences([[1, 2], [3]], loose({ pad: 9 })),
  "a length for options": () => padSequences([[1, 2], [3]], 5 as never),
  "one sequence for several": () => padSequences([1, 2, 3] as never),
  "a misspelt one-hot": () => oneHot([0], 2, loose({ on: 1 })),
  "a misspelt bucket": () => bucketBatches([1, 2], { batchSize: 2, ...loose({ drop_last: true }) }),
  "a bucket of nothing": () => bucketBatches([1, 2], undefined as never),
  "a misspelt shuffle": () => new ShuffledRows(10, { batchSize: 2, ...loose({ shuffled: false }) }),
  "a misspelt stream": () =>
    new StreamBatches(new Int32Array(50), { batchSize: 2, steps: 5, ...loose({ overlap: 2 }) }),
  "a misspelt window": () => sequenceWindows(new Float32Array(20), { length: 5, ...loose({ step: 2 }) }),
  "a seed for options": () => splitByShuffle(10, { train: 0.5, test: 0.5 }, 3 as never),
  "a seed of a hash": () => splitByHash(["a", "b"], { train: 0.5, test: 0.5 }, loose({ seed: 1 })),
  "a misspelt distance": () => editDistance("ab", "ba", loose({ transposition: true })),
  "a misspelt sum": () => addingProblem(random, { ...size, ...loose({ length: 3 }) }),
  "a misspelt gap": () => longGap(random, { ...size, ...loose({ sigma: 0.1 }) }),
  "a misspelt copy": () => copyMemory(random, { batchSize: 2, gap: 5, ...loose({ symbol: 3 }) }),
  "a misspelt word": () => bracketLanguage(random, { ...size, ...loose({ maxDepth: 3 }) }),
  "a misspelt fault": () => sineFaults(random, { ...size, ...loose({ frequency: 3 }) }),
  "a misspelt pen": () => penDigits(random, { batchSize: 2, ...loose({ classes: [1] }) }),
  "a misspelt melody": () => melodies(random, { batchSize: 2, ...loose({ key: "C" }) }),
  "a misspelt signal": () => morseSounds(random, { batchSize: 2, seconds: 4, ...loose({ wpm: 20 }) }),
  "a misspelt language": () => new DatesInWords(loose({ locale: ["en"] })),
};

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

test("options that there are none of, and what stands in the place of others, are refused by name", () => {
  expect(Object.fromEntries(Object.entries(bad).map(([name, make]) => [name, messageOf(make)]))).toMatchInlineSnapshot(`
    {
      "a bucket of nothing": "BatchError: bucketBatches: expected options to be of batchSize, multiple, seed, epoch, shuffle, dropLast but got undefined. Correct the name, or leave it out.",
      "a cut by another name": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got minFrequency. Correct the name, or leave it out.",
      "a flag for options": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got true. Correct the name, or leave it out.",
      "a length for options": "EncodingError: padSequences: expected options to be of length, multiple, value but got 5. Correct the name, or leave it out.",
      "a misspelt bucket": "BatchError: bucketBatches: expected options to be of batchSize, multiple, seed, epoch, shuffle, dropLast but got drop_last. Correct the name, or leave it out.",
      "a misspelt copy": "TaskError: copyMemory: expected options to be of batchSize, gap, symbols, length but got symbol. Correct the name, or leave it out.",
      "a misspelt distance": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got transposition. Correct the name, or leave it out.",
      "a misspelt fault": "TaskError: sineFaults: expected options to be of batchSize, steps, period, noise, share, kinds but got frequency. Correct the name, or leave it out.",
      "a misspelt gap": "TaskError: longGap: expected options to be of batchSize, steps, noise but got sigma. Correct the name, or leave it out.",
      "a misspelt language": "TaskError: DatesInWords: expected options to be of locales, styles, firstYear, lastYear but got locale. Correct the name, or leave it out.",
      "a misspelt melody": "TaskError: melodies: expected options to be of batchSize, bars, keys, styles but got key. Correct the name, or leave it out.",
      "a misspelt one-hot": "EncodingError: oneHot: expected options to be of shape, empty but got on. Correct the name, or leave it out.",
      "a misspelt pen": "TaskError: penDigits: expected options to be of batchSize, variety, digits but got classes. Correct the name, or leave it out.",
      "a misspelt shuffle": "BatchError: ShuffledRows: expected options to be of batchSize, seed, shuffle, dropLast but got shuffled. Correct the name, or leave it out.",
      "a misspelt signal": "TaskError: morseSounds: expected options to be of batchSize, seconds, sampleRate, dot, sway, noise, alphabet but got wpm. Correct the name, or leave it out.",
      "a misspelt stream": "BatchError: StreamBatches: expected options to be of batchSize, steps, dropLast but got overlap. Correct the name, or leave it out.",
      "a misspelt sum": "TaskError: addingProblem: expected options to be of batchSize, steps but got length. Correct the name, or leave it out.",
      "a misspelt window": "EncodingError: sequenceWindows: expected options to be of length, stride, features, target but got step. Correct the name, or leave it out.",
      "a misspelt word": "TaskError: bracketLanguage: expected options to be of batchSize, steps, kinds, depth but got maxDepth. Correct the name, or leave it out.",
      "a rule of a tokenizer": "TokenizerError: WordTokenizer: expected options to be of lowerCase, punctuation, locale but got lowercase. Correct the name, or leave it out.",
      "a rule of a trained tokenizer": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got lowercase. Correct the name, or leave it out.",
      "a rule of words": "TokenizerError: splitWords: expected options to be of lowerCase, punctuation, locale but got lowercase. Correct the name, or leave it out.",
      "a seed for options": "SplitError: splitByShuffle: expected options to be of seed but got 3. Correct the name, or leave it out.",
      "a seed of a hash": "SplitError: splitByHash: expected options to be of salt but got seed. Correct the name, or leave it out.",
      "a text between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got "ab". Pass what encode of the vocabulary gives.",
      "a text for entries": "VocabularyError: Vocabulary: expected a list of texts but got "abc". Pass such as text.split(" "), or make a CharVocabulary of a text.",
      "an option of a text": "VocabularyError: CharVocabulary: expected options to be of pad, unknown, start, end, graphemes but got lowercase. Correct the name, or leave it out.",
      "an option of characters": "VocabularyError: CharVocabulary: expected options to be of pad, unknown, start, end, graphemes but got lowercase. Correct the name, or leave it out.",
      "an option of pairs": "VocabularyError: BytePairTokenizer: expected options to be of pad, unknown, start, end but got lower. Correct the name, or leave it out.",
      "cuts of given entries": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got minCount. Correct the name, or leave it out.",
      "entries by another name": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got unk. Correct the name, or leave it out.",
      "numbers for entries": "VocabularyError: Vocabulary: expected a list of texts but got [1,2]. Pass such as text.split(" "), or make a CharVocabulary of a text.",
      "one sequence for several": "EncodingError: padSequences: expected row 0 to be a list but got 1. Pass a list.",
      "padding by another name": "EncodingError: padSequences: expected options to be of length, multiple, value but got pad. Correct the name, or leave it out.",
      "rows between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got [[1,2],[3]]. Pass what encode of the vocabulary gives.",
      "words between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got ["a","b"]. Pass what encode of the vocabulary gives.",
    }
  `);
});

test("JSON of vocabularies and tokenizers may say more than is read", () => {
  const pairs = BytePairTokenizer.train("ab ab ab", { size: 259, start: true });
  const characters = new CharVocabulary("ab", { pad: true, graphemes: true });
  for (const one of [words, characters]) {
    const json = { ...one.toJSON(), note: "of another version" };
    const read = json.kind === "Vocabulary" ? Vocabulary.fromJSON(json) : CharVocabulary.fromJSON(json);
    expect(read.toJSON()).toEqual(one.toJSON());
  }
  expect(BytePairTokenizer.fromJSON({ ...pairs.toJSON(), note: 1 }).toJSON()).toEqual(pairs.toJSON());
  const tokenizer = WordTokenizer.train("A b. A", { lowerCase: true, punctuation: "drop", end: true, maxSize: 1 });
  expect(tokenizer.rules).toEqual({ lowerCase: true, punctuation: "drop" });
  expect(tokenizer.vocabulary.toJSON()).toMatchObject({ entries: ["a"], unknown: true, end: true });
  expect(WordTokenizer.fromJSON(tokenizer.toJSON()).encode("A b")).toEqual(tokenizer.encode("A b"));
});
