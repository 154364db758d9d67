import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseOptions } from "../cli/options";
import { loadNames } from "./input";
import { namesOptions } from "./options";

let folder = "";
const letters = "abcdefghijklmnopqrstuvwxyz";
/** 300 names of three letters, the last of which tells the language; the first ten stand there five times. */
const lines = (last: string) => {
  const names = Array.from({ length: 300 }, (_, n) => `${letters[n % 26]}${letters[Math.floor(n / 26)]}${last}`);
  return [...names, ...names.slice(0, 10).flatMap((name) => [name, name, name, name])].join("\n");
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "names-input-"));
  for (const name of ["few", "one", "names"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "names", "Irish.txt"), lines("x"));
  await writeFile(join(folder, "names", "Czech.txt"), lines("z"));
  await writeFile(join(folder, "one", "Irish.txt"), lines("x"));
  await writeFile(join(folder, "few", "Irish.txt"), "Moore");
  await writeFile(join(folder, "few", "Czech.txt"), "Novak");
});

afterAll(() => rm(folder, { recursive: true }));

const load = (...args: string[]) => loadNames(parseOptions(args, namesOptions));

test("no name of one part is in another; repeated ones are trained on as often and scored once", async () => {
  const { input, dataset } = await load("--data", join(folder, "names"));
  const { train, validation, test: heldOut } = input;
  const distinct = (items: readonly { name: string }[]) => new Set(items.map(({ name }) => name));
  const parts = [train, validation, heldOut].map(distinct);
  expect(parts.reduce((sum, { size }) => sum + size, 0)).toBe(600);
  expect(new Set(parts.flatMap((part) => [...part])).size).toBe(600);
  expect([dataset.items.length, dataset.repeated]).toEqual([600, 80]);
  expect([validation.length, heldOut.length]).toEqual([parts[1]?.size, parts[2]?.size]);
  const repeated = [...distinct(train)].filter((name) => train.filter((item) => item.name === name).length === 5);
  expect(repeated.length).toBeGreaterThan(10);
  expect(train.length).toBe((parts[0]?.size ?? 0) + 4 * repeated.length);
  // 4 standard deviations of a tenth of 600
  expect(Math.abs(heldOut.length - 60)).toBeLessThan(4 * Math.sqrt(600 * 0.1 * 0.9));
  expect(input.examples).toHaveLength(12);
});

test("names to evaluate come line by line, numbered as the data's", async () => {
  const path = join(folder, "names", "Irish.txt");
  const { input } = await load("--data", join(folder, "names"), "--eval", path);
  expect(input.eval).toHaveLength(340);
  expect(new Set(input.eval?.map(({ language }) => language))).toEqual(new Set([input.languages.indexOf("Irish")]));
  expect((await load("--data", join(folder, "names"))).input.eval).toBeNull();
});

test("too little to learn from is refused", async () => {
  const message = async (name: string) => {
    const error: unknown = await load("--data", join(folder, name)).catch((reason: unknown) => reason);
    return String(error);
  };
  expect(await message("one")).toMatchInlineSnapshot(
    `"TaskError: There should be names of two languages or more, enough to hold some out, but there are 300 of Irish. Give a folder with a file per language, with a hundred names or more."`,
  );
  expect(await message("few")).toMatchInlineSnapshot(
    `"TaskError: There should be names of two languages or more, enough to hold some out, but there are 2 of Czech, Irish. Give a folder with a file per language, with a hundred names or more."`,
  );
});
