import { allLocales } from "@faker-js/faker";
import { makeDataset, type NameDataset } from "./dataset";

type Locale = keyof typeof allLocales;

/**
 * The locales whose surnames are those of one language in Latin letters. Left out are lists that mostly hold names of
 * other languages: fr_BE (a copy of the English list and the French one), fr_CH (largely German), fr_SN, en_ZA, en_IN,
 * en_GH, en_NG, en_NP and en_HK (of these countries' other languages), eo (of Esperantists from everywhere); and those with
 * too few names to learn from.
 */
const LOCALES: Readonly<Record<string, readonly Locale[]>> = {
  Afrikaans: ["af_ZA"],
  Croatian: ["hr"],
  Czech: ["cs_CZ"],
  Danish: ["da"],
  Dutch: ["nl", "nl_BE"],
  English: ["en", "en_AU", "en_AU_ocker"],
  French: ["fr"],
  German: ["de", "de_AT", "de_CH"],
  Hungarian: ["hu"],
  Indonesian: ["id_ID"],
  Italian: ["it"],
  Latvian: ["lv"],
  Norwegian: ["nb_NO"],
  Polish: ["pl"],
  Portuguese: ["pt_PT", "pt_BR"],
  Romanian: ["ro", "ro_MD"],
  Serbian: ["sr_RS_latin"],
  Slovak: ["sk"],
  Slovenian: ["sl_SI"],
  Spanish: ["es", "es_MX"],
  Swedish: ["sv"],
  Turkish: ["tr"],
  Uzbek: ["uz_UZ_latin"],
  Yoruba: ["yo_NG"],
  Zulu: ["zu_ZA"],
};

/** The smallest lists have about a hundred names, some of them twice. */
const MIN_NAMES = 90;

/** Surnames by language from the locales of `@faker-js/faker`, forms for women and men alike, each once per language. */
export function fakerNames(): NameDataset {
  const names = new Map<string, string[]>();
  for (const [language, locales] of Object.entries(LOCALES)) names.set(language, locales.flatMap(lastNames));
  return makeDataset(names, { unique: true, minNames: MIN_NAMES });
}

function lastNames(locale: Locale): string[] {
  const { generic = [], female = [], male = [] } = allLocales[locale].person?.last_name ?? {};
  return [...generic, ...female, ...male];
}
