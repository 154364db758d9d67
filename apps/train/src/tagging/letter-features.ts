import { type EntriesJSON, Vocabulary } from "@unroll/data";
import { Conv1d, Embedding, type Generator, globalMaxPool1d, Module, reshape, type Tensor, tensor } from "@unroll/nn";

/** K, the letters of a word that are looked at; of a longer one, as many from its begin as from its end. */
const LETTERS = 16;
/** How many numbers stand for a letter. */
const LETTER_SIZE = 24;
/** Letters that a filter sees at once. */
const KERNEL = 3;

/** The letters of some words as a batch takes them. */
export interface LetterBatch {
  /** Ids [B·T, K]. */
  letters: Tensor;
  /** [B·T], 0 where there is no word. */
  lengths: Tensor;
  shape: [rows: number, steps: number];
}

/** The letters that occur twice or more in some words; all else is unknown. */
export function letterVocabulary(sentences: Iterable<readonly string[]>): EntriesJSON {
  const letters = Array.from(sentences, (words) => words.flatMap((word) => [...word]));
  return Vocabulary.from(letters, { pad: true, unknown: true, minCount: 2 }).toJSON();
}

/**
 * What a word looks like, letter by letter: the largest answer of each filter to any three letters in a row (dos Santos &
 * Zadrozny 2014).
 *   x_k = max_j (F_k·[E·letter_{j−1}, E·letter_j, E·letter_{j+1}] + b_k)
 */
export class LetterFeatures extends Module {
  readonly vocabulary: Vocabulary;
  readonly embedding: Embedding;
  readonly filters: Conv1d;

  /** @param dimension D, the filters */
  constructor(vocabulary: Vocabulary, dimension: number, rng: Generator) {
    super();
    this.vocabulary = vocabulary;
    this.embedding = new Embedding(vocabulary.size, LETTER_SIZE, {
      rng,
      paddingId: vocabulary.padId ?? 0,
      init: "keras",
    });
    this.filters = new Conv1d(LETTER_SIZE, dimension, KERNEL, { rng, padding: "same" });
  }

  /** The letters of the words of some sentences, padded to `length` words. */
  encode(sentences: readonly (readonly string[])[], length: number): LetterBatch {
    const words = sentences.length * length;
    const letters = new Int32Array(words * LETTERS).fill(this.vocabulary.padId ?? 0);
    const lengths = new Uint32Array(words);
    for (const [row, sentence] of sentences.entries()) {
      for (const [step, word] of sentence.entries()) {
        const ids = this.vocabulary.encode(ends([...word]));
        letters.set(ids, (row * length + step) * LETTERS);
        lengths[row * length + step] = ids.length;
      }
    }
    return {
      letters: tensor(letters, { shape: [words, LETTERS] }),
      lengths: tensor(lengths),
      shape: [sentences.length, length],
    };
  }

  /** @returns [B, T, D]; zeros where there is no word */
  forward({ letters, lengths, shape }: LetterBatch): Tensor {
    const answers = this.filters.forward(this.embedding.forward(letters)); //           [B·T, K, D]
    return reshape(globalMaxPool1d(answers, lengths), [...shape, this.filters.outputChannels]);
  }
}

const ends = (letters: readonly string[]): readonly string[] =>
  letters.length <= LETTERS ? letters : [...letters.slice(0, LETTERS / 2), ...letters.slice(-LETTERS / 2)];
