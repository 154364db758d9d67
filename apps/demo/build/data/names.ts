import { plainName, surnamesByLanguage } from "@unroll/data";
import type { MadeFile } from "../data";

/** Longer ones are mostly two names. */
const MOST_LETTERS = 16;

/** Surnames by language, from the locales of `@faker-js/faker`: in plain small letters, each once in a language. */
export const names: MadeFile = {
  name: "names.json",
  async make() {
    const { allLocales } = await import("@faker-js/faker"); // megabytes of modules, loaded where they are used
    const lists = [...surnamesByLanguage(allLocales)].map(([language, raws]) => {
      const plain = raws.flatMap((raw) => plainName(raw)?.toLowerCase() ?? []);
      return [language, [...new Set(plain)].filter(({ length }) => length <= MOST_LETTERS)];
    });
    return JSON.stringify(Object.fromEntries(lists));
  },
};
