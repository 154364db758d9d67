import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors } from "@unroll/nn";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseOptions } from "../cli/options";
import { MODEL_KEY, TASK_KEY } from "../learning/model-facts";
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
  const { train, dev: validation, test: heldOut = [] } = input;
  const distinct = (items: readonly { name: string }[]) => new Set(items.map(({ name }) => name));
  const parts = [train, validation, heldOut].map(distinct);
  expect(parts.reduce((sum, { size }) => sum + size, 0)).toBe(600);
  expect(new Set(parts.flatMap((part) => [...part])).size).toBe(600);
  expect([dataset?.items.length, dataset?.repeated]).toEqual([600, 80]);
  expect([validation.length, heldOut.length]).toEqual([parts[1]?.size, parts[2]?.size]);
  const repeated = [...distinct(train)].filter((name) => train.filter((item) => item.name === name).length === 5);
  expect(repeated.length).toBeGreaterThan(10);
  expect(train.length).toBe((parts[0]?.size ?? 0) + 4 * repeated.length);
  // 4 standard deviations of a tenth of 600
  expect(Math.abs(heldOut.length - 60)).toBeLessThan(4 * Math.sqrt(600 * 0.1 * 0.9));
  expect(input.facts.examples).toHaveLength(12);
});

test("names to evaluate come line by line, numbered as the data's", async () => {
  const path = join(folder, "names", "Irish.txt");
  const { input } = await load("--data", join(folder, "names"), "--eval", path);
  expect(input.eval).toHaveLength(340);
  expect(new Set(input.eval?.map(({ language }) => language))).toEqual(
    new Set([input.facts.languages.indexOf("Irish")]),
  );
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

test("with the weights of a model there are only names to score, of the languages that it knows", async () => {
  const file = join(folder, "weights.safetensors");
  const saved = { settings: { hidden: 3 }, facts: { languages: ["Czech", "Irish"], examples: [] } };
  await writeFile(file, encodeSafetensors(new Map(), { [TASK_KEY]: "names", [MODEL_KEY]: JSON.stringify(saved) }));
  const { input, dataset } = await load("--weights", file, "--eval", join(folder, "names", "Irish.txt"));
  expect(input).toMatchObject({
    train: [],
    dev: [],
    settings: { hidden: 3 },
    facts: { languages: ["Czech", "Irish"] },
  });
  expect([dataset, input.test, input.eval?.length, input.eval?.[0]?.language]).toEqual([null, undefined, 340, 1]);
  expect(input.facts.examples).toHaveLength(12);
  await writeFile(join(folder, "names", "Klingon.txt"), "Worf");
  const refusal = load("--weights", file, "--eval", join(folder, "names")).catch(String);
  expect(await refusal).toContain("The names are of Klingon, but the model knows Czech, Irish.");
});
