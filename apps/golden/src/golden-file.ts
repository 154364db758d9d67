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

/**
 * The cases of a file by the form that its name tells: JSON as `casesOf` reads it, and for `porter_stemmer*.tsv`, of a
 * word, a tab and its stem on each line, one case with all of them.
 * @param path the name of the file or its address
 * @returns undefined if it is no golden file
 * @throws SyntaxError if it is not of its form
 */
export function casesIn(path: string, text: string): unknown[] | undefined {
  if (path.endsWith(".json")) return casesOf(text);
  if (!/(?:^|\/)porter_stemmer[^/]*\.tsv$/.test(path)) return undefined;
  const rows = text.split(/\r?\n/).flatMap((line, index) => (line === "" ? [] : [pairOf(line, index + 1)]));
  return [{ name: "all words", words: rows.map(([word]) => word), stems: rows.map(([, stem]) => stem) }];
}

function pairOf(line: string, number: number): [word: string, stem: string] {
  const [word, stem, ...rest] = line.split("\t");
  if (word !== undefined && stem !== undefined && rest.length === 0) return [word, stem];
  throw new SyntaxError(`line ${number} should be a word, a tab and its stem but is ${JSON.stringify(line)}`);
}
