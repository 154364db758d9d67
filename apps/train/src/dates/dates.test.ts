import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isHeldOutDate } from "@unroll/data";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readDates } from "./date-text";
import { datesInWords } from "./dates";

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
  expect(dev.map(isoOf).every(isHeldOutDate)).toBe(true);
  expect(train.map(isoOf).some(isHeldOutDate)).toBe(false);
  expect(datesInWords(counts, ["en-US", "it"])).toEqual({ train, dev, facts });
  expect(datesInWords({ ...counts, seed: 1 }, ["en-US", "it"]).train).not.toEqual(train);
});

test("a language that this Node has not is named", () => {
  expect(() => datesInWords(counts, ["de", "zxx"])).toThrow("one without zxx");
});

test("dates of a file are read in one form of letters and spaces; a line that has no date is named", async () => {
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
