import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CharVocabulary } from "@unroll/data";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadProse, ownProse, readProse } from "./data";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-prose-"));
});
afterEach(() => rm(folder, { recursive: true }));

const refusal = async (promise: Promise<unknown>) =>
  promise.then(String, ({ name, message }: Error) => `${name}: ${message}`);

test("a text is its characters, those of train.txt are known, and any other is one and the same", async () => {
  await writeFile(join(folder, "train.txt.gz"), gzipSync("to be,\nor 🎭"));
  await writeFile(join(folder, "val.txt"), "not\n");
  const { facts, train, dev } = await loadProse(folder);
  expect(train).toEqual(["t", "o", " ", "b", "e", ",", "\n", "o", "r", " ", "🎭"]);
  expect(dev).toEqual(["n", "o", "t", "\n"]);
  const vocabulary = CharVocabulary.fromJSON(facts.vocabulary);
  expect(vocabulary.characters.join("")).toBe("\n ,beort🎭");
  expect(vocabulary.encode("nxt")).toEqual(Int32Array.of(0, 0, 8));
  expect(await readProse(join(folder, "val.txt"))).toEqual(dev);
});

test("an empty text, or a folder without one, is refused by name", async () => {
  await writeFile(join(folder, "train.txt"), "to be");
  expect(await refusal(loadProse(folder))).toContain("holds no file such as val.txt. Give a folder with one.");
  await writeFile(join(folder, "val.txt"), "");
  expect(await refusal(loadProse(folder))).toMatchInlineSnapshot(
    `"DataFileError: val.txt should hold text but is empty. Leave it out."`,
  );
  await writeFile(join(folder, "val.txt"), Uint8Array.of(0x61, 0xff, 0x62));
  expect(await refusal(loadProse(folder))).toMatchInlineSnapshot(
    `"DataFileError: val.txt: readText: expected valid utf-8 but got bytes that are not, at or after byte 0. Name the encoding of the file, such as { encoding: "windows-1252" }, or { gzip: true } if compressed."`,
  );
});

test("there is a book of its own, and its last chapters are held out", () => {
  const { facts, train, dev } = ownProse();
  expect(train.length).toBeGreaterThan(1_000_000);
  expect(dev.length).toBeGreaterThan(20_000);
  const [first, last] = [train.join(""), dev.join("")];
  const sentences = ["Call me Ishmael.", "only found another orphan"];
  expect(sentences.map((sentence) => [first.includes(sentence), last.includes(sentence)])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(CharVocabulary.fromJSON(facts.vocabulary).size).toBeLessThan(100);
});
