export { foldAccents, isAscii, toAscii } from "./ascii";
export { type BucketOptions, bucketBatches, type RowBatch } from "./batches";
export { type EditDistanceOptions, editDistance, errorRate, type Sequence } from "./edit-distance";
export {
  type OneHotOptions,
  oneHot,
  type PaddedSequences,
  type PadOptions,
  padSequences,
  type ShapedArray,
} from "./encode";
export {
  BatchError,
  DataError,
  type DataErrorFacts,
  EncodingError,
  MetricError,
  RandomError,
  ReadError,
  SplitError,
  VocabularyError,
} from "./errors";
export { hash32 } from "./hash";
export { Random } from "./random";
export { type LineOptions, type ReadOptions, readLines, readText, type TextSource } from "./read";
export { type Fractions, type Split, splitByHash, splitByShuffle } from "./split";
export { CharVocabulary, type VocabularyJSON, type VocabularyOptions } from "./vocabulary";
export {
  readWord2Vec,
  type VocabularyVectors,
  vectorsFor,
  type Word2VecOptions,
  WordVectorError,
  type WordVectors,
} from "./word2vec";
