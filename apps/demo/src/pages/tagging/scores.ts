import { spanF1, type TaggedSentence } from "@unroll/data";
import { LAYERS, type Layer } from "./sentences";

/** What a reader does on sentences. */
export interface Scores {
  /** Share of words whose part of speech is right. */
  readonly pos: number;
  /** F1 of spans. */
  readonly entities: number;
  readonly slots: number;
  /** Share of words all of whose tags are right. */
  readonly words: number;
}

/** How good tags of each layer are, sentence by sentence. */
export function scoresOf(said: Readonly<Record<Layer, string[][]>>, sentences: readonly TaggedSentence[]): Scores {
  let [total, pos, words] = [0, 0, 0];
  for (const [row, sentence] of sentences.entries()) {
    for (const at of sentence.words.keys()) {
      const isRight = (layer: Layer) => said[layer][row]?.[at] === sentence[layer][at];
      total++;
      if (isRight("pos")) pos++;
      if (LAYERS.every(isRight)) words++;
    }
  }
  const f1 = (layer: Layer) =>
    spanF1(
      said[layer],
      sentences.map((sentence) => sentence[layer]),
    ).f1;
  return { pos: pos / total, entities: f1("entities"), slots: f1("slots"), words: words / total };
}
