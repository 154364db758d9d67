import { NAME_LETTERS } from "@unroll/data";
import { expect, test } from "vitest";
import { spell } from "./spelling";

const names = ["Ng", "O'Neal", "van der Waals"];

test("names are spelled in one-hot letters, with zeros behind their ends", () => {
  const { data, shape } = spell(names, 16);
  expect(shape).toEqual([3, 16, 57]);
  for (const [n, name] of names.entries()) {
    for (let t = 0; t < 16; t++) {
      const letter = Array.from(data.subarray((n * 16 + t) * 57, (n * 16 + t + 1) * 57));
      expect(letter).toEqual(Array.from(NAME_LETTERS, (character) => Number(character === name[t])));
    }
  }
  expect(spell(names).shape).toEqual([3, 13, 57]);
});
