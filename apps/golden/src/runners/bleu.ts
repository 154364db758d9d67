import {
  type BleuScoreOptions,
  type BleuSmoothing,
  type BleuTokenizer,
  bleuFromStatistics,
  brevityPenalty,
  closestReferenceLength,
  corpusBleu,
  modifiedPrecision,
  sacreBleu,
} from "@unroll/seq2seq";
import { type Check, UnsupportedCase } from "../compare";
import { ABOUT, type Fields } from "../fields";

const KNOWN = [...ABOUT, "op", "inputs", "expected", "scale", "atol", "rtol"] as const;

export const isBleu = (op: string): boolean => op in RUNNERS;

/** BLEU and what it is made of, as NLTK and sacreBLEU state them. */
export async function runBleu(fields: Fields): Promise<Check[]> {
  fields.only(...KNOWN);
  const found = RUNNERS[fields.text("op")]?.(fields.fields("inputs")) ?? {};
  const expected = fields.fields("expected").only(...Object.keys(found));
  const scale = fields.text("scale", "0..1");
  if (scale !== "0..1" && scale !== "0..100") throw new UnsupportedCase(`BLEU on a scale of ${scale}`);
  return expected.keys.map((key): Check => {
    const value = found[key] as number;
    const data = [scale === "0..100" ? 100 * value : value];
    const golden = { dtype: "float64", shape: [], data: Float64Array.of(expected.number(key)) };
    return { what: key, actual: { shape: [], data }, expected: golden, tolerance: fields.tolerance() };
  });
}

/** Results from 0 to 1, by the names that cases give them. */
const RUNNERS: Readonly<Record<string, (inputs: Fields) => Readonly<Record<string, number>>>> = {
  corpus_bleu(inputs) {
    inputs.only("hypotheses", "references", "weights", "smoothing", "auto_reweigh", "tokenise", "note");
    if (inputs.text("tokenise", "whitespace") !== "whitespace") throw new UnsupportedCase("BLEU of other words");
    const smoothing = oneOf(inputs, "smoothing", "none", SMOOTHING);
    const weights = inputs.numbers("weights", [0.25, 0.25, 0.25, 0.25]);
    const autoReweigh = inputs.flag("auto_reweigh", false);
    const options = { weights, smoothing, autoReweigh };
    return { bleu: corpusBleu(inputs.texts("hypotheses"), textLists(inputs, "references"), options) };
  },
  modified_precision(inputs) {
    inputs.only("hypothesis", "references", "n");
    const p = modifiedPrecision(inputs.text("hypothesis"), inputs.texts("references"), inputs.number("n"));
    return { precision: p.numerator / p.denominator };
  },
  brevity_penalty(inputs) {
    inputs.only("reference_lengths", "hypothesis_length");
    const length = inputs.number("hypothesis_length");
    const closest = closestReferenceLength(inputs.numbers("reference_lengths"), length);
    return { closest_reference_length: closest, brevity_penalty: brevityPenalty(closest, length) };
  },
  sacrebleu(inputs) {
    inputs.only("hypotheses", "references_per_hypothesis", "tokenize", "lowercase", "note", ...SCORE);
    const found = sacreBleu(inputs.texts("hypotheses"), textLists(inputs, "references_per_hypothesis"), {
      ...scoreOptions(inputs),
      tokenizer: oneOf(inputs, "tokenize", "13a", TOKENIZERS),
      lowercase: inputs.flag("lowercase", false),
    });
    return { bleu: found.score / 100 };
  },
  bleu_from_statistics(inputs) {
    inputs.only("correct", "total", "sys_len", "ref_len", "note", ...SCORE);
    const statistics = {
      correct: inputs.numbers("correct"),
      total: inputs.numbers("total"),
      hypothesisLength: inputs.number("sys_len"),
      referenceLength: inputs.number("ref_len"),
    };
    return { bleu: bleuFromStatistics(statistics, scoreOptions(inputs)).score / 100 };
  },
};

const SMOOTHING: readonly BleuSmoothing[] = [
  "none",
  "method1",
  "method2",
  "method3",
  "method4",
  "method5",
  "method6",
  "method7",
];
const TOKENIZERS: readonly BleuTokenizer[] = ["none", "13a", "intl", "char"];
const SCORE = ["smooth_method", "smooth_value", "effective_order"] as const;
const METHODS: readonly NonNullable<BleuScoreOptions["smoothing"]>[] = ["exp", "floor", "add-k", "none"];

function scoreOptions(inputs: Fields): BleuScoreOptions {
  return {
    smoothing: oneOf(inputs, "smooth_method", "exp", METHODS),
    effectiveOrder: inputs.flag("effective_order", false),
    ...(inputs.has("smooth_value") ? { smoothValue: inputs.number("smooth_value") } : {}),
  };
}

/** @throws UnsupportedCase if the text is none of `known` */
function oneOf<T extends string>(inputs: Fields, key: string, fallback: T, known: readonly T[]): T {
  const text = inputs.text(key, fallback);
  const found = known.find((each) => each === text);
  if (found === undefined) throw new UnsupportedCase(`BLEU with ${key} ${text}`);
  return found;
}

/** A list of lists of texts. */
function textLists(inputs: Fields, key: string): string[][] {
  return inputs.array(key).map((list) => {
    if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
    throw new TypeError(`${key} should be a list of lists of texts but has ${JSON.stringify(list)}.`);
  });
}
