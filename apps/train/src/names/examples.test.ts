import { plainName } from "@unroll/data";
import { describe, expect, test } from "vitest";
import { fakerNames } from "./dataset-faker";
import { chooseExamples } from "./examples";

describe("chooseExamples", () => {
  test("takes a name of each language at hand that is not among the known ones", () => {
    const known = [{ name: "KUROSAWA", language: 0 }];
    expect(chooseExamples(["Japanese", "Klingon", "Italian"], known, [], 12)).toEqual([
      { name: "Miyazaki", language: "Japanese" },
      { name: "Montalcini", language: "Italian" },
    ]);
  });

  test("fills up with held-out names of all the list", () => {
    const heldOut = Array.from({ length: 40 }, (_, n) => ({ name: `Name${n}`, language: n < 20 ? 0 : 1 }));
    const chosen = chooseExamples(["Klingon", "Irish"], [], heldOut, 5);
    expect(chosen).toHaveLength(5);
    expect(chosen[0]).toEqual({ name: "O'Sullivan", language: "Irish" });
    expect(new Set(chosen.map(({ language }) => language))).toEqual(new Set(["Klingon", "Irish"]));
  });

  test("gives a dozen names for faker's languages, all in letters that the model reads", () => {
    const { languages, items } = fakerNames();
    const chosen = chooseExamples(languages, items, [], 12);
    expect(chosen).toHaveLength(12);
    expect(new Set(chosen.map(({ language }) => language)).size).toBe(12);
    for (const { name } of chosen) expect(plainName(name)).toBe(name);
  });
});
