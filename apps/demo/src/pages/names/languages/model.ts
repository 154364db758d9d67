import { CharVocabulary, padSequences, type Random } from "@unroll/data";
import { Adam, type Generator, SequenceClassifier, type Tensor, tensor } from "@unroll/nn";

export const letters = new CharVocabulary("abcdefghijklmnopqrstuvwxyz .,;'");
/** T, the most letters of a name. */
export const LONGEST = 16;

interface Options {
  readonly cell: "rnn" | "gru" | "lstm";
  readonly hidden: number;
  readonly layers: number;
  readonly direction: "forward" | "bidirectional";
  readonly dropout: number;
}

/** Reads a name letter by letter; what the last layer ends with says which of V languages it is of. */
export function makeModel(V: number, options: Options, rng: Generator): SequenceClassifier {
  const { cell, hidden, layers, direction, dropout } = options;
  return new SequenceClassifier({
    ...{ cell, hiddenSize: hidden, layers, direction, outputDropout: dropout, rng },
    vocabularySize: letters.size,
    classes: V,
  });
}

/** Names as letters [B, T], and how long each is. */
export function spell(names: readonly string[]): { x: Tensor; lengths: Uint32Array } {
  const ids = names.map((name) => letters.encode(name));
  const { data, shape, lengths } = padSequences(ids, { length: LONGEST });
  return { x: tensor(data, { shape }), lengths };
}

/**
 * @param names those of each language; every language is drawn as often as the others, however few names it has
 * @returns one training step on 32 names; it answers with the loss
 */
export function trainer(
  model: SequenceClassifier,
  names: readonly (readonly string[])[],
  { lr, random }: { lr: number; random: Random },
) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const languages = Array.from({ length: 32 }, () => random.below(names.length));
    const drawn = languages.map((language) => {
      const list = names[language] ?? [];
      return list[random.below(list.length)] ?? "";
    });
    const loss = model.loss({ ...spell(drawn), y: tensor(Int32Array.from(languages)) });
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
