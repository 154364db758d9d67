import { porterStem } from "@unroll/data";
import type { Check } from "../compare";
import type { Fields } from "../fields";

/** The most words that a message names. */
const MOST_NAMED = 20;

/** Words beside their stems, all in one case: each must agree letter by letter. */
export async function runPorterStemmer(fields: Fields): Promise<Check[]> {
  fields.only("name", "words", "stems");
  const [words, stems] = [fields.texts("words"), fields.texts("stems")];
  const wrong = words.flatMap((word, index) => {
    const [stem, expected] = [porterStem(word), stems[index]];
    return stem === expected ? [] : [`${word}: ${expected} was expected but ${stem} came`];
  });
  if (wrong.length > 0) {
    const named = wrong.slice(0, MOST_NAMED).join("; ");
    throw new Error(`${wrong.length} of ${words.length} stems differ: ${named}`);
  }
  const shape = [words.length];
  const ones = new Float64Array(words.length).fill(1);
  const expected = { dtype: "float64", shape, data: ones };
  return [{ what: `${words.length} stems`, actual: { shape, data: ones }, expected, tolerance: EXACT }];
}

const EXACT = { absolute: 0, relative: 0 };
