import { excerpt, expectText } from "../checks";
import { ParseError, ReadError } from "../errors";
import { type LineOptions, linesOf, type TextSource } from "./read";

/** One syntactic word of Universal Dependencies; a column that says nothing (`_`) is undefined. */
export interface ConlluWord {
  /** Its number in the sentence, from 1; for an empty node, which stands between words, a fraction such as "8.1". */
  id: string;
  form: string;
  lemma: string | undefined;
  upos: string | undefined;
  xpos: string | undefined;
  /** Such as `{ Number: "Plur" }`. */
  feats: Readonly<Record<string, string>>;
  /** The number of the word it depends on; 0 for the root. */
  head: number | undefined;
  deprel: string | undefined;
  deps: string | undefined;
  misc: string | undefined;
}

/** A written word that stands for several syntactic ones, such as "don't" for "do" and "n't". */
export interface ConlluRange {
  /** The numbers of its first and last syntactic word. */
  first: number;
  last: number;
  form: string;
}

/** One sentence of a CoNLL-U file. */
export interface ConlluSentence {
  /** The syntactic words, numbered 1, 2, 3… */
  words: ConlluWord[];
  ranges: ConlluRange[];
  /** Nodes of enhanced dependencies that are not in the text. */
  emptyNodes: ConlluWord[];
  /** The comments before it, without #. */
  comments: string[];
  /** The line of the file of its first word, from 1. */
  line: number;
}

const COLUMNS = 10;

/**
 * The sentences of a CoNLL-U file (Universal Dependencies, version 2): ten columns parted by tabs, an empty line behind
 * each sentence.
 *
 * @throws ParseError with the line, if it has not ten columns, or its number is not the one that follows
 */
export function parseConllu(text: string): ConlluSentence[] {
  expectText(ReadError, "parseConllu", { text });
  const builder = new ConlluBuilder("parseConllu");
  const sentences = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => builder.line(line));
  return [...sentences, builder.end()].filter((sentence) => sentence !== undefined);
}

/** As `parseConllu`, from a file that is read as it is used. */
export async function* readConllu(
  source: TextSource,
  options: LineOptions = {},
): AsyncGenerator<ConlluSentence, void, undefined> {
  const builder = new ConlluBuilder("readConllu");
  for await (const line of linesOf("readConllu", source, options)) {
    const sentence = builder.line(line);
    if (sentence) yield sentence;
  }
  const last = builder.end();
  if (last) yield last;
}

class ConlluBuilder {
  readonly #where: string;
  #sentence: ConlluSentence = emptySentence();
  #number = 0;
  #reach = 0; // the last word of the last range

  constructor(where: string) {
    this.#where = where;
  }

  line(line: string): ConlluSentence | undefined {
    this.#number++;
    if (line.trim() === "") return this.end();
    const sentence = this.#sentence;
    if (line.startsWith("#")) {
      sentence.comments.push(line.slice(1).trim());
      return undefined;
    }
    if (sentence.line === 0) sentence.line = this.#number;
    const fields = line.split("\t");
    if (fields.length !== COLUMNS) {
      this.#refuse(`${COLUMNS} columns parted by tabs`, `${fields.length}`, line);
    }
    const [id = "", form = ""] = fields;
    const next = sentence.words.length + 1;
    const range = /^(\d+)-(\d+)$/.exec(id);
    if (range) {
      const [first, last] = [Number(range[1]), Number(range[2])];
      if (first !== next || last <= first || first <= this.#reach)
        this.#refuse(`a range that starts at ${next}`, id, line);
      this.#reach = last;
      sentence.ranges.push({ first, last, form });
    } else if (/^\d+\.[1-9]\d*$/.test(id) && Number.parseInt(id, 10) === next - 1) {
      sentence.emptyNodes.push(this.#word(fields, line));
    } else if (id === String(next)) sentence.words.push(this.#word(fields, line));
    else this.#refuse(`word ${next}, or an empty node behind word ${next - 1}`, id, line);
    return undefined;
  }

  end(): ConlluSentence | undefined {
    const sentence = this.#sentence;
    if (sentence.line === 0) return undefined; // comments alone go to the sentence that follows
    if (this.#reach > sentence.words.length) {
      this.#refuse(`the words of the range up to ${this.#reach}`, `an end behind word ${sentence.words.length}`, "");
    }
    this.#reach = 0;
    this.#sentence = emptySentence();
    return sentence;
  }

  #word(fields: readonly string[], line: string): ConlluWord {
    const value = (at: number): string | undefined => (fields[at] === "_" ? undefined : fields[at]);
    const head = value(6);
    if (head !== undefined && !/^\d+$/.test(head)) this.#refuse("the number of a word as head", head, line);
    const [id = "", form = ""] = fields;
    return {
      id,
      form,
      lemma: form === "_" ? fields[2] : value(2), // the lemma of an underscore is one
      upos: value(3),
      xpos: value(4),
      feats: this.#feats(value(5), line),
      head: head === undefined ? undefined : Number(head),
      deprel: value(7),
      deps: value(8),
      misc: value(9),
    };
  }

  #feats(text: string | undefined, line: string): Record<string, string> {
    const feats: Record<string, string> = Object.create(null);
    for (const pair of text?.split("|") ?? []) {
      const at = pair.indexOf("=");
      if (at < 1) this.#refuse("features such as Number=Plur", pair, line);
      feats[pair.slice(0, at)] = pair.slice(at + 1);
    }
    return feats;
  }

  #refuse(expected: string, actual: string, line: string): never {
    throw new ParseError({
      where: this.#where,
      expected,
      actual: `${actual} in line ${this.#number}${line === "" ? "" : `: ${excerpt(line)}`}`,
      remedy: "Number the words of each sentence from 1, and leave an empty line between sentences.",
      line: this.#number,
    });
  }
}

function emptySentence(): ConlluSentence {
  return { words: [], ranges: [], emptyNodes: [], comments: [], line: 0 };
}
