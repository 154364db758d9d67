export {
  BatchError,
  DataError,
  type DataErrorFacts,
  EncodingError,
  LoaderError,
  MetricError,
  ParseError,
  RandomError,
  ReadError,
  SignalError,
  SplitError,
  TagError,
  TaskError,
  TokenizerError,
  VocabularyError,
  VocabularyMismatchError,
  WavError,
  WordVectorError,
} from "./errors";
export { type ConllOptions, type ConllSentence, parseConll, readConll } from "./files/conll";
export {
  type ConlluRange,
  type ConlluSentence,
  type ConlluWord,
  parseConllu,
  readConllu,
} from "./files/conllu";
export {
  type CsvColumns,
  type CsvRow,
  parseCsv,
  parseCsvColumns,
  parseCsvRecords,
  readCsv,
  readCsvColumns,
  readCsvRecords,
  TSV,
} from "./files/csv";
export type { CsvOptions } from "./files/csv-parser";
export { parseJsonLines, readJsonLines } from "./files/json-lines";
export { type LineOptions, type ReadOptions, readLines, readText, type TextSource } from "./files/read";
export type { Port } from "./loading/port";
export { prefetch } from "./loading/prefetch";
export { batchesFrom, serveBatches } from "./loading/worker";
export { hash32 } from "./random/hash";
export { Random } from "./random/random";
export { type Fractions, type Split, splitByHash, splitByShuffle } from "./random/split";
export { type BucketOptions, bucketBatches, type RowBatch } from "./sequences/batches";
export { type EditDistanceOptions, editDistance, errorRate, type Sequence } from "./sequences/edit-distance";
export { type OneHotOptions, oneHot, type ShapedArray } from "./sequences/encode";
export { balancedRows, type Position, ShuffledRows, type ShuffleOptions } from "./sequences/epochs";
export {
  type OneSeries,
  type PaddedSequences,
  type PaddedSeries,
  type PadOptions,
  padSequences,
  padSeries,
} from "./sequences/pad";
export { type StreamBatch, StreamBatches, type StreamOptions } from "./sequences/streams";
export { type Series, sequenceWindows, type WindowOptions, type Windows } from "./sequences/windows";
export {
  deltas,
  type Features,
  joinFeatures,
  type LogMelOptions,
  logMel,
  type MfccOptions,
  mfcc,
  preEmphasis,
} from "./sound/features";
export { FourierTransform } from "./sound/fourier";
export { hertzToMel, type MelOptions, type MelScale, melFilterBank, melToHertz } from "./sound/mel";
export { FeatureScale, type FeatureScaleJSON, normalizeFeatures } from "./sound/normalize";
export { type ResampleOptions, resample } from "./sound/resample";
export { type FrameOptions, type Stft, spectrogram, stft } from "./sound/stft";
export { readWav, type Sound, toMono, writeWav } from "./sound/wav";
export type { SampleFormat } from "./sound/wav-format";
export { type WindowName, windowOf } from "./sound/windows";
export { expectTags, type TagScheme } from "./tags/scheme";
export { convertTags, type Span, type SpanOptions, type SpanScore, spanF1, spansOf, tagsOf } from "./tags/spans";
export { type BracketTask, bracketLanguage, isBalanced } from "./tasks/brackets";
export {
  DATE_LOCALES,
  DATE_STYLES,
  type DateOptions,
  DatesInWords,
  dateText,
  isHeldOutDate,
  type WrittenDate,
} from "./tasks/dates";
export { type DrawSceneOptions, drawScene, type SceneCanvas, scenePixels } from "./tasks/draw-scene";
export {
  MELODY_BAR,
  type MelodyOptions,
  type MelodySeed,
  type MelodyTask,
  melodies,
  melodyVerdicts,
} from "./tasks/melodies";
export {
  type Chord,
  chordName,
  chordsOf,
  isInKey,
  type MusicKey,
  noteName,
  notesOfChord,
  scaleOf,
} from "./tasks/melody-rules";
export type { MelodyStyle } from "./tasks/melody-styles";
export { MELODY_RANGE, MELODY_TOKENS, type MelodyToken, melodyToken, melodyTokenName } from "./tasks/melody-tokens";
export { MORSE_CODE, type MorseSpan, type MorseTiming, morseLength, morseTiming } from "./tasks/morse-code";
export { keyedTone, type MorseOptions, type MorseTask, morseSounds, type ToneOptions } from "./tasks/morse-sounds";
export { OPINION_WORDS, type Opinion, opinionStrength, opinions } from "./tasks/opinions";
export type { Point } from "./tasks/pen-curve";
export { type PenOptions, type PenStroke, type PenTask, penDigits } from "./tasks/pen-digits";
export {
  areKeptApart,
  describeScene,
  randomScenes,
  SCENE_COLOURS,
  SCENE_SHAPES,
  SCENE_WORDS,
  type Scene,
  type SceneColour,
  type SceneKind,
  type SceneObject,
  type SceneOptions,
  type SceneShape,
} from "./tasks/scenes";
export {
  addingProblem,
  type ClassTask,
  copyMemory,
  longGap,
  parity,
  type RegressionTask,
  runningSum,
  type SymbolTask,
  type TaskSize,
} from "./tasks/sequence-tasks";
export { type Fault, type FaultKind, type FaultOptions, type FaultTask, sineFaults } from "./tasks/sine-faults";
export { NAME_LETTERS, type NameLocale, plainName, surnamesByLanguage } from "./tasks/surnames";
export { type TaggedSentence, taggedLanguage, taggedSentences } from "./tasks/tagged-sentences";
export { foldAccents, isAscii, toAscii } from "./text/ascii";
export { type BagOptions, bagOfWords, TfIdf, type TfIdfJSON } from "./text/bag-of-words";
export type { BytePairJSON } from "./text/bpe/json";
export { type BytePairOptions, type BytePairParts, BytePairTokenizer } from "./text/bpe/tokenizer";
export type { Merge } from "./text/bpe/train";
export { CharVocabulary, type VocabularyJSON, type VocabularyOptions } from "./text/char-vocabulary";
export { graphemes } from "./text/characters";
export type { CutOptions } from "./text/counts";
export { letterTrigrams, WordHashing, type WordHashingJSON } from "./text/letter-trigrams";
export { type Described, expectSameVocabulary } from "./text/mismatch";
export { NgramCounts, ngrams } from "./text/ngrams";
export { porterStem } from "./text/porter";
export { type SpecialIds, type SpecialOptions, withEnds } from "./text/special-entries";
export type { Tokenizer } from "./text/tokenizer";
export { tokenizerFromJSON } from "./text/tokenizer-from-json";
export { type EntriesJSON, Vocabulary } from "./text/vocabulary";
export { WordTokenizer, type WordTokenizerJSON } from "./text/word-tokenizer";
export { type VocabularyVectors, vectorsFor, type WordVectors } from "./text/word-vectors";
export { readWord2Vec, type Word2VecOptions } from "./text/word2vec";
export { splitWords, type WordOptions } from "./text/words";
