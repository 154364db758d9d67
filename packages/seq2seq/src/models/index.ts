export {
  EncoderDecoder,
  type PairBatch,
  type PairLossOptions,
  type SpecialTokenIds,
} from "./encoder-decoder";
