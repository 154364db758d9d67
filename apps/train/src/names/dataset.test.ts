import { describe, expect, test } from "vitest";
import { countLanguages, makeDataset, NamesError, splitNames } from "./dataset";

describe("makeDataset", () => {
  const names = new Map([
    ["Polish", ["Żak", "zak", "Nowak", "Иванов"]],
    ["Czech", ["Novák", "Nowak"]],
    ["Tiny", ["Solo"]],
  ]);

  test("numbers the languages by name and keeps what they share", () => {
    expect(makeDataset(names)).toEqual({
      languages: ["Czech", "Polish", "Tiny"],
      items: [
        { name: "Novak", language: 0 },
        { name: "Nowak", language: 0 },
        { name: "Zak", language: 1 },
        { name: "zak", language: 1 },
        { name: "Nowak", language: 1 },
        { name: "Solo", language: 2 },
      ],
      skipped: 1,
      repeated: 0,
    });
  });

  test("drops repetitions and small languages when told to", () => {
    const { languages, items, repeated } = makeDataset(names, { unique: true, minNames: 2 });
    expect(repeated).toBe(1);
    expect(languages).toEqual(["Czech", "Polish"]);
    expect(items.map(({ name }) => name)).toEqual(["Novak", "Nowak", "Zak", "Nowak"]);
  });

  test("numbers by given languages, with or without names", () => {
    const languages = ["Tiny", "Arabic", "Polish", "Czech"];
    const dataset = makeDataset(names, { languages });
    expect(dataset.languages).toEqual(languages);
    expect(dataset.items.at(0)).toEqual({ name: "Solo", language: 0 });
    expect(dataset.items.at(-1)).toEqual({ name: "Nowak", language: 3 });
  });

  test("refuses a language that is not among the given ones, and no names at all", () => {
    expect(() => makeDataset(names, { languages: ["Czech", "Polish"] })).toThrowErrorMatchingInlineSnapshot(
      `[NamesError: The names are of Tiny, but the model knows Czech, Polish. Name each file after one of these, such as Czech.txt, or leave it out.]`,
    );
    expect(() => makeDataset(names, { minNames: 100 })).toThrowErrorMatchingInlineSnapshot(
      `[NamesError: No language has 100 or more names in Latin letters. Give one name per line, in a file per language.]`,
    );
    expect(() => makeDataset(new Map())).toThrow(NamesError);
  });
});

describe("splitNames", () => {
  const items = Array.from({ length: 3000 }, (_, n) => ({ name: `Name${"abcdefghij"[n % 10]}${n}`, language: n % 3 }));

  test("uses every name once, near the fractions", () => {
    const { train, test: held } = splitNames(items, { train: 0.9, test: 0.1 });
    expect(new Set([...train, ...held])).toEqual(new Set(items));
    expect(train.length + held.length).toBe(items.length);
    expect(Math.abs(held.length - 300)).toBeLessThan(4 * Math.sqrt(3000 * 0.9 * 0.1));
  });

  test("keeps equal spellings together, whatever their case and language", () => {
    const copies = items.map(({ name }) => ({ name: name.toUpperCase(), language: 3 }));
    const { train, test: held } = splitNames([...items, ...copies], { train: 0.5, test: 0.5 });
    const known = new Set(train.map(({ name }) => name.toLowerCase()));
    expect(held.filter(({ name }) => known.has(name.toLowerCase()))).toEqual([]);
    expect(train.filter(({ language }) => language === 3)).toHaveLength(train.length / 2);
  });

  test("does not move names when others are added", () => {
    const all = new Set(splitNames(items, { train: 0.9, test: 0.1 }).test);
    const some = splitNames(items.slice(0, 1000), { train: 0.9, test: 0.1 }).test;
    expect(some.length).toBeGreaterThan(50);
    expect(some.filter((item) => !all.has(item))).toEqual([]);
  });

  test("gives another split for another salt", () => {
    const split = (salt: number) => splitNames(items, { train: 0.9, test: 0.1 }, { salt }).test;
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(0));
  });
});

test("countLanguages counts names and finds the majority", () => {
  const items = [0, 1, 1, 1].map((language) => ({ name: "a", language }));
  expect(countLanguages({ languages: ["A", "B", "C"], items })).toEqual({
    counts: [
      { language: "A", count: 1 },
      { language: "B", count: 3 },
      { language: "C", count: 0 },
    ],
    majority: { language: "B", rate: 0.75 },
  });
});
