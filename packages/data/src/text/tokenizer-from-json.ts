import { describesNo, isRecord } from "../checks";
import { TokenizerError } from "../errors";
import { BytePairTokenizer } from "./bpe/tokenizer";
import { CharVocabulary } from "./char-vocabulary";
import type { Tokenizer } from "./tokenizer";
import { WordTokenizer } from "./word-tokenizer";

const KINDS = new Map<unknown, (json: unknown) => Tokenizer>([
  ["CharVocabulary", CharVocabulary.fromJSON],
  ["WordTokenizer", WordTokenizer.fromJSON],
  ["BytePairTokenizer", BytePairTokenizer.fromJSON],
]);

/**
 * Makes whichever tokenizer a JSON value describes, such as one that lies beside some weights.
 *
 * @param json a parsed JSON value; nothing about it is taken on trust
 * @throws TokenizerError if it describes none
 * @throws VocabularyError if its vocabulary is none
 */
export function tokenizerFromJSON(json: unknown): Tokenizer {
  const make = isRecord(json) ? KINDS.get(json.kind) : undefined;
  if (make) return make(json);
  throw new TokenizerError(
    describesNo("a tokenizer", "tokenizerFromJSON", `a kind of ${[...KINDS.keys()].join(", ")}`, json),
  );
}
