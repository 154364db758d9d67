import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { directoryNames } from "./dataset-directory";

let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "names-"));
  await writeFile(join(directory, "Spanish.txt"), "Ñáñez\r\nGarcía\r\n\r\nGarcía\r\n");
  await writeFile(join(directory, "Irish.txt"), "O'Neal\nМакс");
  await writeFile(join(directory, "notes.md"), "not a name\n");
  await mkdir(join(directory, "empty"));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

test("reads a language per file, a name per line, once each", async () => {
  expect(await directoryNames(directory)).toEqual({
    languages: ["Irish", "Spanish"],
    items: [
      { name: "O'Neal", language: 0 },
      { name: "Nanez", language: 1 },
      { name: "Garcia", language: 1 },
    ],
    skipped: 1,
    repeated: 1,
  });
});

test("keeps every line when told to", async () => {
  const { items, repeated } = await directoryNames(directory, { unique: false });
  expect(items.map(({ name }) => name)).toEqual(["O'Neal", "Nanez", "Garcia", "Garcia"]);
  expect(repeated).toBe(0);
});

test("reads one file, numbered by the languages of a model", async () => {
  const { items } = await directoryNames(join(directory, "Irish.txt"), { languages: ["Czech", "Spanish", "Irish"] });
  expect(items).toEqual([{ name: "O'Neal", language: 2 }]);
});

test("says what to do where there is nothing to read", async () => {
  const message = async (path: string, options = {}) => {
    const error: unknown = await directoryNames(path, options).catch((reason: unknown) => reason);
    return String(error).replaceAll(directory, "DIR");
  };
  expect(await message(join(directory, "none"))).toMatchInlineSnapshot(
    `"NamesError: DIR/none cannot be read. Give a directory of files such as Italian.txt, or one of them."`,
  );
  expect(await message(join(directory, "empty"))).toMatchInlineSnapshot(
    `"NamesError: DIR/empty holds no .txt file. Give a directory of files such as Italian.txt, with one name per line."`,
  );
  expect(await message(directory, { languages: ["Irish"] })).toMatchInlineSnapshot(
    `"NamesError: The names are of Spanish, but the model knows Irish. Name each file after one of these, such as Irish.txt, or leave it out."`,
  );
});
