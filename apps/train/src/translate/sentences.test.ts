import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { refusal, useFolder } from "../test-support/files";
import { bySource, isKept, loadTranslations, readTranslations, wordsOf } from "./sentences";
import { translateTask } from "./task";

const folder = useFolder();
const file = folder.file;
const pair = (english: string, french: string) => ({ english: wordsOf(english), french: wordsOf(french) });

test("sentences are words in small letters without accents, marks by themselves, and prepared ones stay as they are", () => {
  expect(wordsOf("Ça m'a plu, où es-tu ?!")).toEqual(["ca", "m", "a", "plu", "ou", "es", "tu", "?", "!"]);
  expect(wordsOf("I'm O.K.")).toEqual(["i", "m", "o", ".", "k", "."]);
  expect(wordsOf("i m ok .").join(" ")).toBe("i m ok .");
});

test("short pairs are kept that begin as the tutorial wants it", () => {
  expect(isKept(pair("She's here.", "Elle est là."))).toBe(true);
  expect(isKept(pair("She smiled.", "Elle a souri."))).toBe(true); // "she s", as it stands there
  expect(isKept(pair("Go.", "Va !"))).toBe(false);
  expect(isKept(pair("I am so very very very very happy.", "Je suis content."))).toBe(true);
  expect(isKept(pair("I am so very very very very very happy.", "Je suis content."))).toBe(false);
});

test("a sentence stands once, with each of its translations", () => {
  const pairs = [pair("I'm OK.", "Ça va."), pair("I am fine.", "Ca va."), pair("I'm ok.", "ça va.")];
  expect(bySource(pairs)).toEqual([
    {
      source: ["ca", "va", "."],
      targets: [
        ["i", "m", "ok", "."],
        ["i", "am", "fine", "."],
      ],
    },
  ]);
});

test("no sentence is in two parts, the seed says which are held out, and a tenth are", async () => {
  const lines = Array.from({ length: 2000 }, (_, n) => `I am ${name(n)}.\tJe suis ${name(n)}.\tCC-BY 2.0`);
  await file("a.tsv.gz", gzipSync([...lines, ...lines, "Go.\tVa !"].join("\n")));
  const { train, dev, test: held, facts } = await loadTranslations(folder.path, 0);
  const sentences = [train, dev, held].map((part) => part.map(({ source }) => source.join(" ")));
  expect(new Set(sentences.flat()).size).toBe(2000);
  expect(sentences.flat()).toHaveLength(2000);
  expect(Math.abs(held.length - 200)).toBeLessThan(60); // 4 deviations of 13.4
  expect(Math.abs(dev.length - 90)).toBeLessThan(40);
  expect(facts.longest).toBe(4);
  // a name that occurs once is no word of French, but one of English
  expect(facts.source.entries).not.toContain(name(train[0] ? 0 : 1));
  expect(facts.target.entries.length).toBeGreaterThan(train.length);
  expect((await loadTranslations(folder.path, 0)).test).toEqual(held);
  expect((await loadTranslations(folder.path, 1)).test).not.toEqual(held);
  // a folder with the tutorial's own file is read for that alone
  await file("tutorial_max10.tsv", lines.slice(0, 900).join("\n"));
  const own = await loadTranslations(folder.path, 0);
  expect(own.train.length + own.dev.length + own.test.length).toBe(900);
});

/** A word of letters for each number. */
const name = (n: number): string => [...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("");

test("a line of another form is named, all of a file to score is read, and without data it is said what to give", async () => {
  const other = await file("b.tsv", "Go.\tVa !\n\nRun!\tCours !\n");
  expect(await readTranslations(other)).toHaveLength(2);
  const bad = await file("c.tsv", "Go.\tVa !\nRun!\n");
  expect(await refusal(readTranslations(bad))).toMatchInlineSnapshot(
    `"c.tsv: line 2 should be an English sentence, a tab and a French one but is "Run!". Correct it."`,
  );
  expect(await refusal(loadTranslations(other, 0))).toContain("but has 0. Give more.");
  expect(await refusal(readTranslations(await file("d.tsv", "\n")))).toContain("d.tsv should hold pairs");
  expect(await refusal(readTranslations(join(folder.path, "none")))).toContain("none cannot be read.");
  const terminal = { line: () => undefined } as never;
  const run = translateTask.prepare([]).run({ terminal, pageDirectory: "", out: folder.path });
  expect(await refusal(run)).toMatchInlineSnapshot(
    `"translate has no data of its own. Pass --data PATH: A file of pairs, an English sentence, a tab and a French one on each line, or a folder of such files; of a folder with tutorial_max10.tsv that file alone. Short sentences are kept that begin as PyTorch's tutorial wants it."`,
  );
});
