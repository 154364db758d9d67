import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { refusal, useFolder } from "../test-support/files";
import { pronunciationErrors } from "./learner";
import { loadPronounced, packagedPronunciations, pronounced, readPronounced } from "./pronunciations";

const folder = useFolder();
const file = folder.file;

test("a word's pronunciations are its own, without stress, and each once", () => {
  const entries = [
    ["Read", "R EH1 D"],
    ["read(2)", "R IY1 D"],
    ["read(3)", "R EH2 D"],
    [":)", "S M AY1 L"],
  ] as const;
  expect(pronounced(entries, "here")).toEqual([
    {
      source: [..."read"],
      targets: [
        ["R", "EH", "D"],
        ["R", "IY", "D"],
      ],
    },
    { source: [":", ")"], targets: [["S", "M", "AY", "L"]] },
  ]);
});

test("train.dict and dev.dict are read from a folder, remarks left out; a line of another form is named", async () => {
  await file("train.dict.gz", gzipSync("aaa T R IH2 P AH0 L EY1 # abbrev\n;;; a remark\n'bout B AW1 T\n"));
  const dev = await file("dev.dict", "a AH0\na(2) EY1\n");
  const { train, dev: held, facts } = await loadPronounced(folder.path);
  expect(train.map(({ source }) => source.join(""))).toEqual(["aaa", "'bout"]);
  expect(held).toEqual(await readPronounced(dev));
  expect([facts.longest, facts.target.entries.length, facts.source.entries.includes("#")]).toEqual([7, 9, false]);
  expect(await refusal(readPronounced(await file("bad.dict", "abc EY1 B IY2 S IY2\nword\n")))).toMatchInlineSnapshot(
    `"bad.dict should be of words and phonemes such as "abacus AE1 B AH0 K AH0 S" but has "word ". Correct it."`,
  );
  expect(await refusal(readPronounced(await file("ipa.dict", "cat k æ t\n")))).toContain(`but has "cat k æ t"`);
  expect(await refusal(readPronounced(await file("empty.dict", "\n")))).toMatchInlineSnapshot(
    `"empty.dict should hold words but is empty. Leave it out."`,
  );
});

test("the package's words are split by their letters, always the same, and none is in both parts", {
  timeout: 30_000,
}, async () => {
  const { train, dev } = await packagedPronunciations();
  const share = dev.length / (train.length + dev.length);
  expect(Math.abs(share - 0.05)).toBeLessThan(0.003);
  const learned = new Set(train.map(({ source }) => source.join("")));
  expect(learned.size).toBe(train.length);
  expect(dev.some(({ source }) => learned.has(source.join("")))).toBe(false);
});

test("the nearest pronunciation counts: phonemes of one of them, and a word is right if it is one", () => {
  const words = pronounced(Object.entries({ a: "AH0", "a(2)": "EY1", tea: "T IY1", it: "IH1 T" }), "here");
  const made = [["EY"], ["T", "IH"], ["IH", "T", "T"]];
  expect(pronunciationErrors(made, words)).toEqual({ phonemeError: (100 * 2) / 5, wordError: (100 * 2) / 3 });
});
