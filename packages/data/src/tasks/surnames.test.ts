import { describe, expect, test } from "vitest";
import { NAME_LETTERS, plainName, surnamesByLanguage } from "./surnames";

describe("plainName", () => {
  test("the alphabet has 57 characters, each once", () => {
    expect(NAME_LETTERS).toHaveLength(57);
    expect(new Set(NAME_LETTERS).size).toBe(57);
    expect(NAME_LETTERS.slice(24, 28)).toBe("yzAB");
    expect(NAME_LETTERS.slice(51)).toBe("Z .,;'");
  });

  test.each([
    ["Ślusàrski", "Slusarski"],
    ["O’Néàl", "O'Neal"],
    ["Große", "Grosse"],
    ["Basar-Klapec", "Basar Klapec"],
    ["Jung/Chung", "Jung Chung"],
    ["  van   der\u00a0Hoff ", "van der Hoff"],
    ["Lee (1)", "Lee"],
  ])("%s → %s", (raw, name) => {
    expect(plainName(raw)).toBe(name);
    for (const character of name) expect(NAME_LETTERS).toContain(character);
  });

  test.each(["Абрамов", "Maх", "三上", "123", "'", ""])("leaves out %j", (raw) => {
    expect(plainName(raw)).toBeUndefined();
  });
});

test("surnames are those of a language's locales in their order, whoever bears them", () => {
  const names = surnamesByLanguage({
    nl_BE: { person: { last_name: { generic: ["Peeters"], female: null } } },
    nl: { person: { last_name: { generic: ["de Vries", "Bakker"] } } },
    cs_CZ: { person: { last_name: { female: ["Nováková"], male: ["Novák"], generic: ["Novák"] } } },
    sv: { person: { last_name: null } },
    ja: { person: { last_name: { generic: ["佐藤"] } } },
    da: undefined,
  });
  expect(Object.fromEntries(names)).toEqual({
    Czech: ["Novák", "Nováková", "Novák"],
    Dutch: ["de Vries", "Bakker", "Peeters"],
  });
});
