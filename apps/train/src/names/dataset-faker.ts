import { allLocales } from "@faker-js/faker";
import { surnamesByLanguage } from "@unroll/data";
import { makeDataset, type NameDataset } from "./dataset";

/** The smallest lists have about a hundred names, some of them twice. */
const MIN_NAMES = 90;

/** Surnames by language from the locales of `@faker-js/faker`, forms for women and men alike, each once per language. */
export function fakerNames(): NameDataset {
  return makeDataset(surnamesByLanguage(allLocales), { unique: true, minNames: MIN_NAMES });
}
