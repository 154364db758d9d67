import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { MadeFile } from "../data";

const SOURCES = fileURLToPath(new URL("../../../../packages/nn/src/", import.meta.url));

const MOST_CHARACTERS = 300_000;

/** The source of `@unroll/nn`: TypeScript that every checkout has. */
export const sourceCode: MadeFile = {
  name: "source-code.txt",
  async make() {
    const files = (await readdir(SOURCES, { recursive: true })).map((file) => file.replaceAll("\\", "/"));
    const wanted = files.filter((file) => /(?<!\.test|\.reference)\.ts$/.test(file) && !file.includes("test-support/"));
    let text = "";
    for (const file of wanted.sort()) {
      const next = await readFile(`${SOURCES}${file}`, "utf8");
      if (text.length + next.length <= MOST_CHARACTERS) text += `${next}\n`;
    }
    return text;
  },
};
