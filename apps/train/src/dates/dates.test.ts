import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dateText, readDates } from "./date-text";
import { datesInWords, isHeldOut, LOCALES } from "./dates";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-dates-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const refusal = async (promise: Promise<unknown>) => promise.then(String, ({ message }: Error) => message);
const counts = { seed: 0, train: 600, dev: 200 };

test("no date that is scored is learned from, a seed gives the same texts, another seed others", () => {
  const { train, dev, facts } = datesInWords(counts, ["en-US", "it"]);
  const isoOf = ({ targets }: { targets: string[][] }) => targets[0]?.join("") ?? "";
  expect([train.length, dev.length, facts.longest]).toEqual([600, 200, 10]);
  expect(dev.map(isoOf).every(isHeldOut)).toBe(true);
  expect(train.map(isoOf).some(isHeldOut)).toBe(false);
  expect(datesInWords(counts, ["en-US", "it"])).toEqual({ train, dev, facts });
  expect(datesInWords({ ...counts, seed: 1 }, ["en-US", "it"]).train).not.toEqual(train);
});

test("a text that is another date in another language is left out, and so none is two dates", () => {
  const slashes = ({ source }: { source: string[] }) => source.filter((letter) => letter === "/").length === 2;
  const { train } = datesInWords(counts, ["en-US", "en-GB", "el"]);
  const meanings = new Map(train.map(({ source, targets }) => [source.join(""), targets[0]?.join("")]));
  for (const { source, targets } of train) expect(meanings.get(source.join(""))).toBe(targets[0]?.join(""));
  const numeric = train.filter(slashes).map(({ targets }) => targets[0]?.join("").slice(5) ?? "");
  expect(numeric.length).toBeGreaterThan(50);
  // the 12th or later, or a day that is its month
  expect(numeric.filter((day) => Number(day.slice(3)) <= 12).every((day) => day.slice(0, 2) === day.slice(3))).toBe(
    true,
  );
  const alone = datesInWords(counts, ["en-US"]).train.filter(slashes);
  expect(alone.some(({ source }) => /^(?!(\d)\/\1\/)\d\/\d\//.test(source.join("")))).toBe(true); // "1/2/2024"
});

test("dates are written in 32 languages, with all digits of the year; a language that is missing is named", () => {
  expect([LOCALES.length, new Set(LOCALES).size]).toEqual([32, 32]);
  const { train } = datesInWords({ ...counts, train: 50 }, ["de", "ja", "ru"]);
  for (const { source, targets } of train) expect(source.join("")).toContain(targets[0]?.slice(0, 4).join(""));
  expect(() => datesInWords(counts, ["de", "zxx"])).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: dates should be written in 2 languages, but this Node has not zxx. Use a Node that was built with full-icu, as those of nodejs.org are.]`,
  );
});

test("dates of a file are read in one form of letters and spaces; a line that has no date is named", async () => {
  expect(dateText("4\u200f/3\u200f/\u202f２０２４\u00a0 ")).toBe("4/3/ 2024");
  const path = await file("a.tsv", "4 mars 2024\t2024-03-04\r\n\n29. 2. 2024\t2024-02-29\n");
  const pairs = await readDates(path);
  expect(pairs.map(({ source, targets }) => [source.join(""), targets[0]?.join("")])).toEqual([
    ["4 mars 2024", "2024-03-04"],
    ["29. 2. 2024", "2024-02-29"],
  ]);
  expect(await refusal(readDates(await file("b.tsv", "29 February 2023\t2023-02-29\n")))).toMatchInlineSnapshot(
    `"b.tsv: line 1 should be a date, a tab and its ISO form, such as 2020-03-14, but is "29 February 2023	2023-02-29". Correct it."`,
  );
  expect(await refusal(readDates(await file("c.tsv", "\t2023-02-28\n")))).toContain("c.tsv: line 1 should be a date");
  expect(await refusal(readDates(await file("d.tsv", "yesterday\n")))).toContain("d.tsv: line 1 should be a date");
  expect(await refusal(readDates(await file("e.tsv", "\n")))).toContain("should hold dates but is empty");
});
