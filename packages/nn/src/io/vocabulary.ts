import { UnrollError, ValueError } from "@unroll/kernels";
import { parseJson } from "./json-fields";
import { quoted } from "./quoted";

/** The name under which a file's metadata keeps its vocabulary: a JSON list of texts, tokens by id. */
export const VOCABULARY_KEY = "vocabulary";

/** How two vocabularies differ. */
export interface VocabularyDifferences {
  /** Tokens that only the file has, and that only the caller has. */
  readonly onlyInFile: readonly string[];
  readonly onlyHere: readonly string[];
  /** The first id that stands for another token, with both; undefined where one list merely goes on. */
  readonly first: { readonly id: number; readonly inFile: string; readonly here: string } | undefined;
}

/** A file was saved with another vocabulary: its ids mean other tokens. */
export class VocabularyError extends UnrollError implements VocabularyDifferences {
  override readonly name = "VocabularyError";
  readonly onlyInFile: readonly string[];
  readonly onlyHere: readonly string[];
  readonly first: VocabularyDifferences["first"];

  constructor(where: string, sizes: readonly [inFile: number, here: number], differences: VocabularyDifferences) {
    const { onlyInFile, onlyHere, first } = differences;
    const parts = [
      ...(sizes[0] === sizes[1] ? [] : [`the file has ${sizes[0]} tokens, not ${sizes[1]}`]),
      ...(first ? [`id ${first.id} is ${quoted(first.inFile)} in the file and ${quoted(first.here)} here`] : []),
      ...(onlyInFile.length > 0 ? [`only in the file: ${some(onlyInFile)}`] : []),
      ...(onlyHere.length > 0 ? [`only here: ${some(onlyHere)}`] : []),
    ];
    super({
      where,
      what: "the file was saved with another vocabulary",
      remedy: `${parts.join("; ")}. Use the vocabulary that the model was trained with; the model was left as it was.`,
    });
    this.onlyInFile = onlyInFile;
    this.onlyHere = onlyHere;
    this.first = first;
  }
}

const LISTED = 12;

function some(tokens: readonly string[]): string {
  const more = tokens.length > LISTED ? ` and ${tokens.length - LISTED} more` : "";
  return `${tokens.slice(0, LISTED).map(quoted).join(", ")}${more}`;
}

/** Metadata that lets `load` tell whether ids still mean the same: `save(model, vocabularyMetadata(tokens))`. */
export const vocabularyMetadata = (tokens: readonly string[]): Record<string, string> => ({
  [VOCABULARY_KEY]: JSON.stringify(tokens),
});

/**
 * Compares the vocabulary in a file's metadata with `tokens`.
 * @throws VocabularyError naming what differs
 * @throws ValueError if the file keeps none, or something else under that name
 * @throws ModelFormatError if what it keeps is no JSON
 */
export function expectVocabulary(
  where: string,
  metadata: ReadonlyMap<string, string>,
  tokens: readonly string[],
): void {
  const kept = readVocabulary(where, metadata);
  const at = kept.findIndex((token, id) => id < tokens.length && token !== tokens[id]);
  if (at < 0 && kept.length === tokens.length) return;
  const [inFile, here] = [new Set(kept), new Set(tokens)];
  throw new VocabularyError(where, [kept.length, tokens.length], {
    onlyInFile: kept.filter((token) => !here.has(token)),
    onlyHere: tokens.filter((token) => !inFile.has(token)),
    first: at < 0 ? undefined : { id: at, inFile: kept[at] as string, here: tokens[at] as string },
  });
}

function readVocabulary(where: string, metadata: ReadonlyMap<string, string>): readonly string[] {
  const text = metadata.get(VOCABULARY_KEY);
  const refuse = (received: string): never => {
    throw new ValueError({
      where,
      what: `the file's metadata "${VOCABULARY_KEY}"`,
      expected: "a JSON list of texts",
      received,
      remedy: "Save the model with vocabularyMetadata(tokens), or load it without a vocabulary to compare.",
    });
  };
  if (text === undefined) return refuse("missing");
  const value = parseJson(where, `the file's metadata "${VOCABULARY_KEY}"`, text);
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) return refuse("something else");
  return value;
}
