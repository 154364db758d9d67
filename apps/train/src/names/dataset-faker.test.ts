import { NAME_LETTERS } from "@unroll/data";
import { expect, test } from "vitest";
import { countLanguages, splitNames } from "./dataset";
import { fakerNames } from "./dataset-faker";

const dataset = fakerNames();

test("faker's locales give these languages and counts", () => {
  const { counts, majority } = countLanguages(dataset);
  expect(Object.fromEntries(counts.map(({ language, count }) => [language, count]))).toMatchInlineSnapshot(`
    {
      "Afrikaans": 162,
      "Croatian": 999,
      "Czech": 1956,
      "Danish": 106,
      "Dutch": 157,
      "English": 531,
      "French": 150,
      "German": 1809,
      "Hungarian": 98,
      "Indonesian": 257,
      "Italian": 2167,
      "Latvian": 401,
      "Norwegian": 100,
      "Polish": 712,
      "Portuguese": 123,
      "Romanian": 521,
      "Serbian": 994,
      "Slovak": 494,
      "Slovenian": 110,
      "Spanish": 688,
      "Swedish": 99,
      "Turkish": 369,
      "Uzbek": 416,
      "Yoruba": 98,
      "Zulu": 96,
    }
  `);
  expect(counts.length).toBeGreaterThanOrEqual(14);
  expect(majority.language).toBe("Italian");
  expect(majority.rate).toBeLessThan(0.2);
});

test("every name is written in the alphabet, once per language", () => {
  const foreign = dataset.items.filter(({ name }) => [...name].some((character) => !NAME_LETTERS.includes(character)));
  expect(foreign).toEqual([]);
  const spellings = new Set(dataset.items.map(({ name, language }) => `${language} ${name.toLowerCase()}`));
  expect(spellings.size).toBe(dataset.items.length);
  expect(dataset.skipped).toBe(0);
});

test("names of women and men and accents are in it", () => {
  const czech = dataset.languages.indexOf("Czech");
  const names = new Set(dataset.items.filter(({ language }) => language === czech).map(({ name }) => name));
  for (const name of ["Adam", "Adamcova", "Capek", "Zacek"]) expect(names).toContain(name);
});

test("the held-out tenth has every language and no spelling of the rest", () => {
  const { train, test: held } = splitNames(dataset.items, { train: 0.9, test: 0.1 });
  expect(new Set(held.map(({ language }) => language)).size).toBe(dataset.languages.length);
  const known = new Set(train.map(({ name }) => name.toLowerCase()));
  expect(held.filter(({ name }) => known.has(name.toLowerCase()))).toEqual([]);
});
