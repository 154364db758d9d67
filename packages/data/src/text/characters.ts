const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

/** The characters of a text as a reader counts them: extended grapheme clusters (Unicode Standard Annex 29). */
export function* graphemes(text: string): Generator<string, void, undefined> {
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** As `graphemes`, of a text that arrives in chunks; a character that goes on in the next chunk comes whole. */
export async function* graphemesOfChunks(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of chunks) {
    const found = [...graphemes(rest + chunk)];
    rest = found.pop() ?? "";
    yield* found;
  }
  if (rest !== "") yield rest;
}
