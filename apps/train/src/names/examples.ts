import type { NameItem } from "./dataset";

/** Surnames that speakers of a language would take for theirs. Rarer ones: what a model was trained on shows nothing. */
const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  Japanese: ["Kurosawa", "Miyazaki", "Takahata"],
  Irish: ["O'Sullivan", "Mac Giolla", "O'Riordan"],
  Italian: ["Montalcini", "Pirandello", "Fibonacci"],
  Russian: ["Dostoevsky", "Kovalevskaya", "Dovesky"],
  Polish: ["Sklodowska", "Szymborska", "Penderecki"],
  Greek: ["Papadimitriou", "Theodorakis", "Kazantzakis"],
  German: ["Schopenhauer", "Weierstrass", "Furtwangler"],
  Czech: ["Dvorakova", "Smetana", "Navratilova"],
  Turkish: ["Erdogmus", "Yildirim", "Pamukoglu"],
  Spanish: ["Echegaray", "Valdivieso", "Fuentes"],
  French: ["Beauvoir", "Poincare", "Lefebvre"],
  English: ["Wordsworth", "Attenborough", "Whitehead"],
  Yoruba: ["Adeyemi", "Olufunke", "Babatunde"],
  Dutch: ["van Leeuwenhoek", "Huygens", "van der Waals"],
  Latvian: ["Barons", "Kalnins", "Bertulsone"],
  Hungarian: ["Szent Gyorgyi", "Kertesz", "Semmelweis"],
  Arabic: ["Mahfouz", "al Khwarizmi", "Haddad"],
  Vietnamese: ["Nguyen", "Truong", "Huynh"],
  Korean: ["Hwang", "Kwon", "Yeo"],
  Chinese: ["Zhao", "Xiang", "Tsai"],
  Croatian: ["Stepinac", "Mestrovic", "Krleza"],
  Indonesian: ["Wahyuningsih", "Hartono", "Sudirman"],
  Scottish: ["Maxwell", "Mackintosh", "Abercrombie"],
  Portuguese: ["Saramago", "Magalhaes", "Queiros"],
  Romanian: ["Ceausescu", "Eminescu", "Enescu"],
  Swedish: ["Lagerlof", "Strindberg", "Celsius"],
};

/**
 * Names to show a model's guesses for, of as many of the languages at hand as there are, with the language they are of:
 * the first candidates that are not among the names it learns from, then names that were held out.
 */
export function chooseExamples(
  languages: readonly string[],
  known: readonly NameItem[],
  heldOut: readonly NameItem[],
  count: number,
): { name: string; language: string }[] {
  const spellings = new Set(known.map(({ name }) => name.toLowerCase()));
  const chosen: { name: string; language: string }[] = [];
  const rounds = Math.max(...Object.values(CANDIDATES).map(({ length }) => length));
  for (let round = 0; round < rounds; round++) {
    for (const [language, names] of Object.entries(CANDIDATES)) {
      if (!languages.includes(language) || chosen.some((example) => example.language === language)) continue;
      const name = names[round];
      if (name !== undefined && !spellings.has(name.toLowerCase())) chosen.push({ name, language });
    }
  }
  // Every so many of the held-out names, which stand language by language.
  const stride = Math.max(1, Math.floor(heldOut.length / count));
  for (let row = 0; row < heldOut.length && chosen.length < count; row += stride) {
    const item = heldOut[row];
    if (item) chosen.push({ name: item.name, language: languages[item.language] ?? "" });
  }
  const order = Object.keys(CANDIDATES);
  const place = (language: string) => (order.indexOf(language) + order.length + 1) % (order.length + 1);
  return chosen.sort((a, b) => place(a.language) - place(b.language)).slice(0, count);
}
