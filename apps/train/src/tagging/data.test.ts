import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadNamed, readNamed } from "../entities/data";
import { loadUtterances, readUtterances } from "../slots/data";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-tagging-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const refusal = async (promise: Promise<unknown>) =>
  promise.then(String, ({ name, message }: Error) => `${name}: ${message}`);

const utterance = "BOS play some jazz music EOS\tO O O B-genre I-genre PlayMusic";

test("utterances are words, their slots and an intent, without the marks of begin and end", async () => {
  await file("train.iob.gz", gzipSync(`${utterance}\n\nBOS music ? EOS\tO O O GetMusic\n`));
  await file("dev.iob", "BOS play polka EOS\tO O B-style PlayMusic\n");
  const { facts, train, dev } = await loadUtterances(folder);
  expect(facts.tags).toEqual(["B-genre", "I-genre", "O"]);
  expect(facts.intents).toEqual(["GetMusic", "PlayMusic"]);
  expect(train).toEqual([
    { words: ["play", "some", "jazz", "music"], tags: ["O", "O", "B-genre", "I-genre"], intent: "PlayMusic" },
    { words: ["music", "?"], tags: ["O", "O"], intent: "GetMusic" },
  ]);
  expect(dev).toEqual([{ words: ["play", "polka"], tags: ["O", "B-style"], intent: "PlayMusic" }]); // not one it knows
});

test.each([
  ["no labels", "BOS play jazz EOS"],
  ["a label too few", "BOS play jazz EOS\tO O PlayMusic"],
  ["no end", "BOS play jazz\tO O PlayMusic"],
  ["no words", "BOS EOS\tO GetWeather"],
])("an utterance with %s is named by file and line", async (_, line) => {
  const message = await refusal(readUtterances(await file("a.iob", `${utterance}\n${line}\n`)));
  expect(message).toContain("DataFileError: a.iob: line 2 should be BOS, words, EOS, a tab, as many tags");
});

test("a tag out of order is named by file and line", async () => {
  const broken = "BOS play some jazz EOS\tO O O I-genre PlayMusic";
  expect(await refusal(readUtterances(await file("a.iob", `${utterance}\n${broken}`)))).toMatchInlineSnapshot(
    `"DataFileError: a.iob: slots: expected a tag that may follow "O" but got "I-genre" at line 2. A span starts with B and goes on with I of the same type; correct the tag, or read it without a check."`,
  );
  const column = "At\tO\nParis\tI-location\n";
  expect(await refusal(readNamed(await file("a.conll", `Hm\tO\n\n${column}`)))).toMatchInlineSnapshot(
    `"DataFileError: a.conll: readConll: expected a tag that may follow "O" but got "I-location" at line 4. A span starts with B and goes on with I of the same type; correct the tag, or read it without a check."`,
  );
  expect(await refusal(readNamed(await file("b.conll", "Hm\tO\nParis\n")))).toMatchInlineSnapshot(
    `"DataFileError: b.conll: readConll: expected 2 columns: word, tag but got 1 in line 2: "Paris". Name all columns of the file, and leave an empty line between sentences."`,
  );
});

test("sentences are words and their entities; a folder without its files says which", async () => {
  await file("train.conll", "At\tO\nMount\tB-location\nDoom\tI-location\n\nAt\tO\n");
  await file("dev.conll.gz", gzipSync("Frodo\tB-person\n"));
  const { facts, train, dev } = await loadNamed(folder);
  expect(facts.tags).toEqual(["B-location", "I-location", "O"]);
  expect(facts.words.letters.entries).toEqual(["o", "t", "A"]);
  expect(train).toEqual([
    { words: ["At", "Mount", "Doom"], tags: ["O", "B-location", "I-location"] },
    { words: ["At"], tags: ["O"] },
  ]);
  expect(dev).toEqual([{ words: ["Frodo"], tags: ["B-person"] }]);
  expect(await refusal(loadUtterances(folder))).toContain("holds no file such as train.iob. Give a folder with one.");
});
