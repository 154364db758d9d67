import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  addingProblem,
  BytePairTokenizer,
  bagOfWords,
  balancedRows,
  batchesFrom,
  bracketLanguage,
  bucketBatches,
  CharVocabulary,
  copyMemory,
  DatesInWords,
  deltas,
  drawScene,
  editDistance,
  errorRate,
  keyedTone,
  logMel,
  longGap,
  melFilterBank,
  melodies,
  mfcc,
  morseSounds,
  morseTiming,
  NgramCounts,
  oneHot,
  opinions,
  padSequences,
  parseConll,
  parseConllu,
  parseCsv,
  parseCsvColumns,
  parseCsvRecords,
  parseJsonLines,
  penDigits,
  Random,
  randomScenes,
  readConll,
  readConllu,
  readCsv,
  readCsvColumns,
  readCsvRecords,
  readJsonLines,
  readLines,
  readText,
  readWav,
  readWord2Vec,
  resample,
  ShuffledRows,
  StreamBatches,
  scenePixels,
  sequenceWindows,
  serveBatches,
  sineFaults,
  spanF1,
  spansOf,
  spectrogram,
  splitByHash,
  splitByShuffle,
  splitWords,
  stft,
  TfIdf,
  taggedSentences,
  tagsOf,
  toAscii,
  Vocabulary,
  WordHashing,
  WordTokenizer,
  windowOf,
  withEnds,
  writeWav,
} from ".";

/** What plain JavaScript lets one pass. */
const loose = (options: object) => options;
const random = new Random(1);
const words = new Vocabulary(["a", "b"], { start: true, end: true });
const bag = { data: Float32Array.of(1), shape: [1, 1] };
const sound = Float32Array.from({ length: 8 }, (_, t) => Math.sin(t));
const mel = { sampleRate: 8, fftSize: 8, hop: 2, bands: 1 };
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
  "an option where there are none": () => errorRate(["a"], ["b"], loose({ lowerCase: true }) as never),
  "a third list": () => errorRate(["a"], ["b"], ["c"] as never),
  "a third text": () => errorRate(["a"], ["b"], "words" as never),
  "a third number": () => errorRate(["a"], ["b"], 1 as never),
  "a third sequence": () => editDistance("a", "b", ["c"] as never),
  "a cost for options": () => editDistance("a", "b", 2 as never),
  "a text for options": () => editDistance("a", "b", "words" as never),
  "a promise of options": () => editDistance("a", "b", Promise.resolve({}) as never),
  "a misspelt distance": () => editDistance("ab", "ba", loose({ transposition: true })),
  "a misspelt sum": () => addingProblem(random, { ...size, ...loose({ length: 3 }) }),
  "a misspelt gap": () => longGap(random, { ...size, ...loose({ sigma: 0.1 }) }),
  "a misspelt copy": () => copyMemory(random, { batchSize: 2, gap: 5, ...loose({ symbol: 3 }) }),
  "a misspelt word": () => bracketLanguage(random, { ...size, ...loose({ maxDepth: 3 }) }),
  "a misspelt fault": () => sineFaults(random, { ...size, ...loose({ frequency: 3 }) }),
  "a misspelt pen": () => penDigits(random, { batchSize: 2, ...loose({ classes: [1] }) }),
  "a misspelt melody": () => melodies(random, { batchSize: 2, ...loose({ key: "C" }) }),
  "a misspelt signal": () => morseSounds(random, { batchSize: 2, seconds: 4, ...loose({ wpm: 20 }) }),
  "a misspelt part": () => new DatesInWords().draw(random, 1, loose({ split: "heldOut" })),
  "a misspelt probability": () => new NgramCounts(2).add([["a"]]).probability("a", [], loose({ smoothing: 1 })),
  "a misspelt bag": () => bagOfWords([[0]], 1, loose({ binaries: true })),
  "a misspelt weight": () => TfIdf.fit(bag).transform(bag, loose({ norm: false })),
  "a misspelt hash": () => WordHashing.fromWords(["a"], loose({ minimum: 2 })),
  "a misspelt replacement": () => toAscii("é", loose({ replace: "?" })),
  "no size of pairs": () => BytePairTokenizer.train("ab ab", undefined as never),
  "units by another name": () => BytePairTokenizer.train("ab ab", { size: 300, ...loose({ units: "words" }) }),
  "a misspelt frame": () => stft(sound, { fftSize: 4, ...loose({ hopLength: 2 }) }),
  "a logarithm of a spectrogram": () => spectrogram(sound, { fftSize: 4, ...loose({ log: "decibels" }) }),
  "a misspelt mel": () => logMel(sound, { ...mel, ...loose({ nMels: 2 }) }),
  "no options of a mel": () => logMel(sound, undefined as never),
  "a misspelt coefficient": () => mfcc(sound, { ...mel, ...loose({ coefficient: 2 }) }),
  "a misspelt filter": () => melFilterBank({ ...mel, ...loose({ fmin: 2 }) }),
  "a misspelt reach": () => deltas(logMel(sound, mel), loose({ width: 9 })),
  "a misspelt rate": () => resample(sound, 2, 1, loose({ zeroes: 6 })),
  "a misspelt symmetry": () => windowOf("hann", 4, loose({ periodic: true })),
  "a misspelt format of sound": () => writeWav({ sampleRate: 8, channels: [sound] }, loose({ bits: 8 })),
  "a format of sound that there is not": () => writeWav({ sampleRate: 8, channels: [sound] }, loose({ format: "mp3" })),
  "a misspelt scheme": () => spanF1([["O"]], [["O"]], loose({ strict: true })),
  "a misspelt strictness": () => spansOf(["O"], loose({ lenient: true })),
  "a misspelt scheme of spans": () => tagsOf([], 1, loose({ tags: "bioes" })),
  "a misspelt table": () => parseCsv("a\n1", loose({ separator: ";" })),
  "a reader's option of a parser": () => parseCsvColumns("a\n1", { a: "number" }, loose({ gzip: true })),
  "a response for a table": () => parseCsvRecords(new Response("a") as never),
  "a misspelt column": () => parseConll("a", { columns: ["word"], ...loose({ comment: true }) }),
  "no columns": () => parseConll("a", loose({ column: ["word"] }) as never),
  "columns that are none": () => parseConll("a", { columns: "word" as never }),
  "a response for lines": () => parseJsonLines(new Response("a") as never),
  "a promise of lines": () => parseConllu(Promise.resolve("a") as never),
  "a response for a sound": () => readWav(new Response("a") as never),
  "a promise of a sound": () => readWav(Promise.resolve(new ArrayBuffer(0)) as never),
  "a text for a sound": () => readWav("a.wav" as never),
  "a misspelt scene": () => randomScenes(random, 1, loose({ colors: ["red"] })),
  "a misspelt drawing": () => drawScene(undefined as never, { objects: [] }, loose({ size: 3 })),
  "misspelt pixels": () => scenePixels(undefined as never, [], loose({ scale: 3 })),
  "a misspelt hand": () => morseTiming("E", loose({ sway: 1 })),
  "a misspelt tone": () => keyedTone([], { sampleRate: 8, seconds: 1, ...loose({ frequency: 2 }) }),
  "a misspelt opinion": () => opinions(random, { count: 1, ...loose({ length: 3 }) }),
  "a misspelt sentence": () => taggedSentences(random, { count: 1, ...loose({ length: 3 }) }),
  "a misspelt balance": () => balancedRows([0, 1], { batchSize: 1, index: 0, ...loose({ epoch: 1 }) }),
  "a misspelt transfer": () => serveBatches([], undefined as never, loose({ transferable: false })),
  "a misspelt count": () => batchesFrom(undefined as never, loose({ prefetch: 2 })),
  "a misspelt language": () => new DatesInWords(loose({ locale: ["en"] })),
};

test("options that there are none of, and what stands in the place of others, are refused by name", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a bucket of nothing": "BatchError: bucketBatches: expected options to be of batchSize, multiple, seed, epoch, shuffle, dropLast but got undefined. Pass them as an object.",
      "a cost for options": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got 2. Pass them as an object.",
      "a cut by another name": "VocabularyError: Vocabulary.from: expected options to be of pad, unknown, start, end, minCount, maxSize but got minFrequency. Correct the name, or leave it out.",
      "a flag for options": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got true. Pass them as an object.",
      "a format of sound that there is not": "SignalError: writeWav: expected format to be one of pcm8, pcm16, pcm24, pcm32, float32, float64 but got "mp3". Pass format as one of them.",
      "a length for options": "EncodingError: padSequences: expected options to be of length, multiple, value but got 5. Pass them as an object.",
      "a logarithm of a spectrogram": "SignalError: spectrogram: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners, power but got log. Correct the name, or leave it out.",
      "a misspelt bag": "EncodingError: bagOfWords: expected options to be of binary, ignore but got binaries. Correct the name, or leave it out.",
      "a misspelt balance": "BatchError: balancedRows: expected options to be of batchSize, seed, index but got epoch. Correct the name, or leave it out.",
      "a misspelt bucket": "BatchError: bucketBatches: expected options to be of batchSize, multiple, seed, epoch, shuffle, dropLast but got drop_last. Correct the name, or leave it out.",
      "a misspelt coefficient": "SignalError: mfcc: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners, power, log, floor, range, coefficients, lifter but got coefficient. Correct the name, or leave it out.",
      "a misspelt column": "ParseError: parseConll: expected options to be of columns, separator, comments, tags but got comment. Correct the name, or leave it out.",
      "a misspelt copy": "TaskError: copyMemory: expected options to be of batchSize, gap, symbols, length but got symbol. Correct the name, or leave it out.",
      "a misspelt count": "LoaderError: batchesFrom: expected options to be of ahead but got prefetch. Correct the name, or leave it out.",
      "a misspelt distance": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got transposition. Correct the name, or leave it out.",
      "a misspelt drawing": "TaskError: drawScene: expected options to be of side, scale but got size. Correct the name, or leave it out.",
      "a misspelt fault": "TaskError: sineFaults: expected options to be of batchSize, steps, period, noise, share, kinds but got frequency. Correct the name, or leave it out.",
      "a misspelt filter": "SignalError: melFilterBank: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners but got fmin. Correct the name, or leave it out.",
      "a misspelt format of sound": "SignalError: writeWav: expected options to be of format but got bits. Correct the name, or leave it out.",
      "a misspelt frame": "SignalError: stft: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners but got hopLength. Correct the name, or leave it out.",
      "a misspelt gap": "TaskError: longGap: expected options to be of batchSize, steps, noise but got sigma. Correct the name, or leave it out.",
      "a misspelt hand": "TaskError: morseTiming: expected options to be of hand but got sway. Correct the name, or leave it out.",
      "a misspelt hash": "EncodingError: WordHashing.fromWords: expected options to be of unknown, minCount, maxSize but got minimum. Correct the name, or leave it out.",
      "a misspelt language": "TaskError: DatesInWords: expected options to be of locales, styles, firstYear, lastYear but got locale. Correct the name, or leave it out.",
      "a misspelt mel": "SignalError: logMel: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners, power, log, floor, range but got nMels. Correct the name, or leave it out.",
      "a misspelt melody": "TaskError: melodies: expected options to be of batchSize, bars, keys, styles but got key. Correct the name, or leave it out.",
      "a misspelt one-hot": "EncodingError: oneHot: expected options to be of shape, empty but got on. Correct the name, or leave it out.",
      "a misspelt opinion": "TaskError: opinions: expected options to be of count but got length. Correct the name, or leave it out.",
      "a misspelt part": "TaskError: DatesInWords.draw: expected options to be of part but got split. Correct the name, or leave it out.",
      "a misspelt pen": "TaskError: penDigits: expected options to be of batchSize, variety, digits but got classes. Correct the name, or leave it out.",
      "a misspelt probability": "EncodingError: NgramCounts.probability: expected options to be of add but got smoothing. Correct the name, or leave it out.",
      "a misspelt rate": "SignalError: resample: expected options to be of zeros, rolloff but got zeroes. Correct the name, or leave it out.",
      "a misspelt reach": "SignalError: deltas: expected options to be of reach but got width. Correct the name, or leave it out.",
      "a misspelt replacement": "TokenizerError: toAscii: expected options to be of replacement but got replace. Correct the name, or leave it out.",
      "a misspelt scene": "TaskError: randomScenes: expected options to be of side, sizes, shapes, colours, alone, combinations but got colors. Correct the name, or leave it out.",
      "a misspelt scheme": "EncodingError: spanF1: expected options to be of scheme but got strict. Correct the name, or leave it out.",
      "a misspelt scheme of spans": "TagError: tagsOf: expected options to be of scheme but got tags. Correct the name, or leave it out.",
      "a misspelt sentence": "TaskError: taggedSentences: expected options to be of count but got length. Correct the name, or leave it out.",
      "a misspelt shuffle": "BatchError: ShuffledRows: expected options to be of batchSize, seed, shuffle, dropLast but got shuffled. Correct the name, or leave it out.",
      "a misspelt signal": "TaskError: morseSounds: expected options to be of batchSize, seconds, sampleRate, dot, sway, noise, alphabet but got wpm. Correct the name, or leave it out.",
      "a misspelt stream": "BatchError: StreamBatches: expected options to be of batchSize, steps, dropLast but got overlap. Correct the name, or leave it out.",
      "a misspelt strictness": "TagError: spansOf: expected options to be of scheme, strict but got lenient. Correct the name, or leave it out.",
      "a misspelt sum": "TaskError: addingProblem: expected options to be of batchSize, steps but got length. Correct the name, or leave it out.",
      "a misspelt symmetry": "SignalError: windowOf: expected options to be of symmetric but got periodic. Correct the name, or leave it out.",
      "a misspelt table": "ParseError: parseCsv: expected options to be of delimiter, quote, maxLength but got separator. Correct the name, or leave it out.",
      "a misspelt tone": "TaskError: keyedTone: expected options to be of sampleRate, seconds, pitch, loudness but got frequency. Correct the name, or leave it out.",
      "a misspelt transfer": "LoaderError: serveBatches: expected options to be of transfer but got transferable. Correct the name, or leave it out.",
      "a misspelt weight": "EncodingError: TfIdf.transform: expected options to be of normalize but got norm. Correct the name, or leave it out.",
      "a misspelt window": "EncodingError: sequenceWindows: expected options to be of length, stride, features, target but got step. Correct the name, or leave it out.",
      "a misspelt word": "TaskError: bracketLanguage: expected options to be of batchSize, steps, kinds, depth but got maxDepth. Correct the name, or leave it out.",
      "a promise of a sound": "WavError: readWav: expected the bytes of a file, an ArrayBuffer or a Uint8Array but got a Promise. Await it.",
      "a promise of lines": "ReadError: parseConllu: expected text to be a text but got a Promise. Await it.",
      "a promise of options": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got a Promise. Pass them as an object.",
      "a reader's option of a parser": "ParseError: parseCsvColumns: expected options to be of delimiter, quote, maxLength but got gzip. Correct the name, or leave it out.",
      "a response for a sound": "WavError: readWav: expected the bytes of a file, an ArrayBuffer or a Uint8Array but got a Response. Pass await response.arrayBuffer().",
      "a response for a table": "ReadError: parseCsvRecords: expected text to be a text but got a Response. Pass its text: await response.text().",
      "a response for lines": "ReadError: parseJsonLines: expected text to be a text but got a Response. Pass its text: await response.text().",
      "a rule of a tokenizer": "TokenizerError: WordTokenizer: expected options to be of lowerCase, punctuation, locale but got lowercase. Correct the name, or leave it out.",
      "a rule of a trained tokenizer": "TokenizerError: WordTokenizer.train: expected options to be of lowerCase, punctuation, locale, pad, unknown, start, end, minCount, maxSize but got lowercase. Correct the name, or leave it out.",
      "a rule of words": "TokenizerError: splitWords: expected options to be of lowerCase, punctuation, locale but got lowercase. Correct the name, or leave it out.",
      "a seed for options": "SplitError: splitByShuffle: expected options to be of seed but got 3. Pass them as an object.",
      "a seed of a hash": "SplitError: splitByHash: expected options to be of salt but got seed. Correct the name, or leave it out.",
      "a text between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got "ab". Pass what encode of the vocabulary gives.",
      "a text for a sound": "WavError: readWav: expected the bytes of a file, an ArrayBuffer or a Uint8Array but got "a.wav". Pass the bytes of a .wav file.",
      "a text for entries": "VocabularyError: Vocabulary: expected a list of texts but got "abc". Pass such as text.split(" "), or make a CharVocabulary of a text.",
      "a text for options": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got "words". Pass them as an object.",
      "a third list": "MetricError: errorRate: expected no options but got ["c"]. Leave it out.",
      "a third number": "MetricError: errorRate: expected no options but got 1. Leave it out.",
      "a third sequence": "MetricError: editDistance: expected options to be of substitutionCost, transpositions but got ["c"]. Pass them as an object.",
      "a third text": "MetricError: errorRate: expected no options but got "words". Leave it out.",
      "an option of a text": "VocabularyError: CharVocabulary.fromText: expected options to be of graphemes, pad, unknown, start, end, minCount, maxSize but got lowercase. Correct the name, or leave it out.",
      "an option of characters": "VocabularyError: CharVocabulary: expected options to be of pad, unknown, start, end, graphemes but got lowercase. Correct the name, or leave it out.",
      "an option of pairs": "TokenizerError: BytePairTokenizer.train: expected options to be of size, minCount, units, pad, unknown, start, end but got lower. Correct the name, or leave it out.",
      "an option where there are none": "MetricError: errorRate: expected no options but got an object with lowerCase. Leave it out.",
      "columns that are none": "ParseError: parseConll: expected columns to be a list of names but got "word". Name all columns of the file, such as ["word", "pos", "tag"].",
      "cuts of given entries": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got minCount. Correct the name, or leave it out.",
      "entries by another name": "VocabularyError: Vocabulary: expected options to be of pad, unknown, start, end but got unk. Correct the name, or leave it out.",
      "misspelt pixels": "TaskError: scenePixels: expected options to be of side but got scale. Correct the name, or leave it out.",
      "no columns": "ParseError: parseConll: expected options to be of columns, separator, comments, tags but got column. Correct the name, or leave it out.",
      "no options of a mel": "SignalError: logMel: expected options to be of fftSize, hop, windowLength, window, center, padding, sampleRate, bands, low, high, scale, norm, corners, power, log, floor, range but got undefined. Pass them as an object.",
      "no size of pairs": "TokenizerError: BytePairTokenizer.train: expected options to be of size, minCount, units, pad, unknown, start, end but got undefined. Pass them as an object.",
      "numbers for entries": "VocabularyError: Vocabulary: expected a list of texts but got [1,2]. Pass such as text.split(" "), or make a CharVocabulary of a text.",
      "one sequence for several": "EncodingError: padSequences: expected row 0 to be a list but got 1. Pass a list.",
      "padding by another name": "EncodingError: padSequences: expected options to be of length, multiple, value but got pad. Correct the name, or leave it out.",
      "rows between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got [[1,2],[3]]. Pass what encode of the vocabulary gives.",
      "units by another name": "TokenizerError: BytePairTokenizer.train: expected units to be one of bytes, characters but got "words". Pass units as one of them.",
      "words between ends": "VocabularyError: withEnds: expected ids, which are whole numbers but got ["a","b"]. Pass what encode of the vocabulary gives.",
    }
  `);
});

test("readers refuse options and sources that are none", async () => {
  const file = () => new Blob(["a\n1"]);
  const late: Record<string, () => AsyncIterable<unknown> | Promise<unknown>> = {
    "a misspelt encoding": () => readText(file(), loose({ charset: "utf-8" })),
    "a misspelt length": () => readLines(file(), loose({ limit: 3 })),
    "a misspelt table": () => readCsv(file(), loose({ separator: ";" })),
    "a misspelt record": () => readCsvRecords(file(), loose({ separator: ";" })),
    "a misspelt column": () => readConll(file(), { columns: ["word"], ...loose({ comment: true }) }),
    "a misspelt sentence": () => readConllu(file(), loose({ comments: true })),
    "a misspelt value": () => readJsonLines(file(), loose({ comments: true })),
    "a misspelt vector": () => readWord2Vec(file(), { format: "text", ...loose({ limit: 3 }) }),
    "a format of vectors that there is not": () => readWord2Vec(file(), loose({ format: "glove" }) as never),
    "a text for a file": () => readCsv("a,b" as never),
    "a promise of a file": () => readCsvColumns(Promise.resolve(file()) as never, { a: "number" }),
    "bytes for a file": () => readLines(Uint8Array.of(97) as never),
    "nothing for a file": () => readText(undefined as never),
    "an address of vectors": () => readWord2Vec("vectors.txt" as never, { format: "text" }),
  };
  const messages = Object.entries(late).map(async ([name, make]) => {
    try {
      const made = make();
      if (Symbol.asyncIterator in made) for await (const _ of made);
      else await made;
      return [name, "nothing"];
    } catch (error) {
      return [name, String(error)];
    }
  });
  expect(Object.fromEntries(await Promise.all(messages))).toMatchInlineSnapshot(`
    {
      "a format of vectors that there is not": "WordVectorError: readWord2Vec: expected format to be one of text, binary but got "glove". Pass format as one of them.",
      "a misspelt column": "ReadError: readConll: expected options to be of columns, separator, comments, tags, gzip, encoding, maxLength but got comment. Correct the name, or leave it out.",
      "a misspelt encoding": "ReadError: readText: expected options to be of gzip, encoding but got charset. Correct the name, or leave it out.",
      "a misspelt length": "ReadError: readLines: expected options to be of gzip, encoding, maxLength but got limit. Correct the name, or leave it out.",
      "a misspelt record": "ParseError: readCsvRecords: expected options to be of delimiter, quote, maxLength, gzip, encoding but got separator. Correct the name, or leave it out.",
      "a misspelt sentence": "ReadError: readConllu: expected options to be of gzip, encoding, maxLength but got comments. Correct the name, or leave it out.",
      "a misspelt table": "ParseError: readCsv: expected options to be of delimiter, quote, maxLength, gzip, encoding but got separator. Correct the name, or leave it out.",
      "a misspelt value": "ReadError: readJsonLines: expected options to be of gzip, encoding, maxLength but got comments. Correct the name, or leave it out.",
      "a misspelt vector": "WordVectorError: readWord2Vec: expected options to be of format, words, gzip but got limit. Correct the name, or leave it out.",
      "a promise of a file": "ReadError: readCsvColumns: expected a Response, a Blob or a stream of bytes but got a Promise. Await it.",
      "a text for a file": "ReadError: readCsv: expected a Response, a Blob or a stream of bytes but got "a,b". Fetch an address first: await fetch(url). A text is read by the functions called parse….",
      "an address of vectors": "WordVectorError: readWord2Vec: expected a Response, a Blob or a stream of bytes but got "vectors.txt". Fetch an address first: await fetch(url). A text is read by the functions called parse….",
      "bytes for a file": "ReadError: readLines: expected a Response, a Blob or a stream of bytes but got bytes. Pass new Blob([bytes]).",
      "nothing for a file": "ReadError: readText: expected a Response, a Blob or a stream of bytes but got undefined. Pass a File, say, or await fetch(url).",
    }
  `);
});

test("a record of options may be that of all that reads a sound, and undefined is no option", async () => {
  const all = { ...mel, center: true, low: 0 };
  expect(stft(sound, all).shape).toEqual(spectrogram(sound, all).shape);
  expect(logMel(sound, all).shape).toEqual([5, melFilterBank(all).shape[0]]);
  expect(mfcc(sound, { ...all, coefficients: 1 }).shape).toEqual([5, 1]);
  const table = readCsv(new Blob(["a;b\n1;2"]), { delimiter: ";", gzip: false, maxLength: 9, encoding: "utf-8" });
  for await (const row of table) expect({ ...row }).toEqual({ a: "1", b: "2" });
  const lines = readConll(new Blob(["a\n"]), { columns: ["word"], gzip: false, maxLength: 9, comments: true });
  for await (const { columns } of lines) expect(columns.word).toEqual(["a"]);
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
