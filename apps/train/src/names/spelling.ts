import { CharVocabulary, NAME_LETTERS, oneHot, padSequences, type ShapedArray } from "@unroll/data";

const letters = new CharVocabulary(NAME_LETTERS);

/**
 * Names in one-hot letters, [B, T, 57], zeros behind a name's end.
 * @param length T; that of the longest name when absent
 * @throws VocabularyError if a name has a letter outside the alphabet
 */
export function spell(names: readonly string[], length?: number): ShapedArray<Float32Array<ArrayBuffer>> {
  const ids = names.map((name) => letters.encode(name));
  const padded = padSequences(ids, { length: length ?? Math.max(...ids.map((each) => each.length)), value: -1 });
  return oneHot(padded, letters.size, { empty: -1 });
}
