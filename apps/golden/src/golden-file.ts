const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g;

/**
 * The cases of a golden file `{ meta, cases }`. Python writes Infinity and NaN as bare words, which JSON lacks: they are
 * read as the texts that stand for them elsewhere in these files.
 * @returns undefined if it is JSON of another form
 * @throws SyntaxError if it is not JSON
 */
export function casesOf(text: string): unknown[] | undefined {
  const content: unknown = JSON.parse(
    text.replace(STRING_OR_WORD, (token) => (token.startsWith('"') ? token : `"${token}"`)),
  );
  if (typeof content !== "object" || content === null || !("cases" in content)) return undefined;
  return Array.isArray(content.cases) ? content.cases : undefined;
}
