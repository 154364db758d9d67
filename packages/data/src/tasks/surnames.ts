import { foldAccents } from "../text/ascii";

/** The 57 characters that `plainName` writes names in. */
export const NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;'";

/**
 * The locales of `@faker-js/faker` whose surnames are those of one language in Latin letters. Left out are lists that
 * mostly hold names of other languages: fr_BE (a copy of the English list and the French one), fr_CH (largely German),
 * fr_SN, en_ZA, en_IN, en_GH, en_NG, en_NP and en_HK (of these countries' other languages), eo (of Esperantists from
 * everywhere); and those with too few names to learn from.
 */
const LOCALES: Readonly<Record<string, readonly string[]>> = {
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

/** What is read of a locale of `@faker-js/faker`. */
export interface NameLocale {
  readonly person?: {
    readonly last_name?: {
      readonly generic?: readonly string[] | null;
      readonly female?: readonly string[] | null;
      readonly male?: readonly string[] | null;
    } | null;
  };
}

/**
 * Surnames by language, as they are written there, from the locales of `@faker-js/faker`: forms for women and men alike,
 * in the order of its lists, some of them twice.
 *
 *     import { allLocales } from "@faker-js/faker";
 *     const { Polish, Turkish } = Object.fromEntries(surnamesByLanguage(allLocales));
 *
 * @param locales its `allLocales`, or some of them
 * @returns languages that none of the locales is of are not in it
 */
export function surnamesByLanguage(locales: Readonly<Record<string, NameLocale | undefined>>): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [language, codes] of Object.entries(LOCALES)) {
    const found = codes.flatMap((code) => lastNames(locales[code]));
    if (found.length > 0) names.set(language, found);
  }
  return names;
}

const NOT_IN_ALPHABET = /[^a-zA-Z .,;']/gu;

/**
 * Writes a name in `NAME_LETTERS`: accents stripped, a hyphen or a slash as a space, other signs left out.
 *
 * @returns nothing if a letter has no form among them, or no letter is left
 */
export function plainName(raw: string): string | undefined {
  const spaced = foldAccents(raw).replace(/[-/]/g, " ");
  if (/\p{L}/u.test(spaced.replace(/[a-zA-Z]/g, ""))) return undefined;
  const name = spaced.replace(NOT_IN_ALPHABET, "").replace(/ +/g, " ").trim();
  return /[a-zA-Z]/.test(name) ? name : undefined;
}

function lastNames(locale: NameLocale | undefined): string[] {
  const { generic, female, male } = locale?.person?.last_name ?? {};
  return [...(generic ?? []), ...(female ?? []), ...(male ?? [])];
}
