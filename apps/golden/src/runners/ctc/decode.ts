import { type CTCScoreOptions, type CTCScores, ctcBeamSearch, ctcGreedy } from "@unroll/nn";
import { parseGoldenTensor } from "@unroll/testing";
import { type Check, DEFAULT_TOLERANCE, type Tolerance, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";

const KNOWN = [...ABOUT, "op", "attributes", "inputs", "expected", "atol", "rtol"] as const;

/** Best path decoding. Scores of raw values are summed as they are. */
export async function runCtcGreedy(fields: Fields): Promise<Check[]> {
  fields.only(...KNOWN);
  const attributes = fields.fields("attributes").only("layout", "blank", "merge_repeated");
  const { scores, options } = scoresOf(fields, attributes);
  const mergeRepeated = attributes.flag("merge_repeated", true);
  const found = await ctcGreedy(scores, { ...options, mergeRepeated, normalize: false });
  const expected = fields.fields("expected").only("paths", "neg_sum_of_max_scores", "neg_log_prob");
  const sums = ["neg_sum_of_max_scores", "neg_log_prob"].filter((key) => expected.has(key));
  return [
    ...pathChecks("path", found, expected),
    ...sums.map((key) =>
      numberCheck(
        key,
        found.map(({ logProbability }) => -logProbability),
        expected.numbers(key),
        fields.tolerance(),
      ),
    ),
  ];
}

/** Prefix beam search: the best labelling, the second, and so on, with their logarithms. */
export async function runCtcBeamSearch(fields: Fields): Promise<Check[]> {
  fields.only(...KNOWN);
  const attributes = fields
    .fields("attributes")
    .only("layout", "blank", "beam_width", "top_paths", "normalise", "merge_repeated");
  const normalise = attributes.text("normalise", "log_softmax over C");
  if (!/^(log_)?softmax|^none/.test(normalise)) throw new UnsupportedCase(`CTC scores normalised by ${normalise}`);
  const { scores, options } = scoresOf(fields, attributes);
  const found = await ctcBeamSearch(scores, {
    ...options,
    normalize: !normalise.startsWith("none"),
    beamWidth: attributes.number("beam_width"),
    nBest: attributes.number("top_paths", 1),
    mergeRepeated: attributes.flag("merge_repeated", false),
  });
  const expected = fields.fields("expected");
  return expected.keys.flatMap((key) => {
    const n = Number(/^top(\d+)$/.exec(key)?.[1] ?? Number.NaN) - 1;
    if (Number.isNaN(n)) throw new UnsupportedCase(`${key} of a beam search`);
    const stated = expected.fields(key).only("paths", "log_prob");
    const rows = found.map((hypotheses) => hypotheses[n] ?? { labels: [], logProbability: Number.NaN });
    const logs = rows.map(({ logProbability }) => logProbability);
    const scoresStated = stated.has("log_prob");
    return [
      ...pathChecks(key, rows, stated),
      ...(scoresStated ? [numberCheck(`${key} log_prob`, logs, stated.numbers("log_prob"), fields.tolerance())] : []),
    ];
  });
}

function scoresOf(fields: Fields, attributes: Fields): { scores: CTCScores; options: CTCScoreOptions } {
  const inputs = fields.fields("inputs").only("scores", "probabilities", "log_probabilities", "input_lengths");
  const kind = ["scores", "probabilities", "log_probabilities"].find((key) => inputs.has(key)) ?? "scores";
  const { shape, data } = inputs.tensor(kind);
  const values = kind === "probabilities" ? data.map(Math.log) : data;
  const layout = attributes.text("layout", "[N,T,C]");
  if (layout !== "[N,T,C]" && layout !== "[T,N,C]") throw new UnsupportedCase(`CTC scores ${layout}`);
  const lengths = inputs.optionalTensor("input_lengths");
  return {
    scores: layout === "[N,T,C]" ? { data: values, shape } : batchFirst(values, shape),
    options: { blank: attributes.number("blank", 0), inputLengths: lengths?.data },
  };
}

function batchFirst(data: Float64Array, [T = 0, B = 0, C = 0]: readonly number[]): CTCScores {
  const turned = data.map((_, n) => {
    const [b, t, c] = [Math.floor(n / (T * C)), Math.floor(n / C) % T, n % C];
    return data[(t * B + b) * C + c] as number;
  });
  return { data: turned, shape: [B, T, C] };
}

function pathChecks(what: string, found: readonly { readonly labels: readonly number[] }[], expected: Fields): Check[] {
  return expected.array("paths").map((path, row): Check => {
    const data = path as readonly unknown[];
    const golden = parseGoldenTensor({ dtype: "int64", shape: [data.length], data }, `${what}.paths[${row}]`);
    const labels = found[row]?.labels ?? [];
    const actual = { shape: [labels.length], data: labels };
    return { what: `${what} of row ${row}`, actual, expected: golden, tolerance: DEFAULT_TOLERANCE };
  });
}

function numberCheck(what: string, actual: readonly number[], stated: readonly number[], tolerance: Tolerance): Check {
  const expected = parseGoldenTensor({ dtype: "float64", shape: [stated.length], data: stated }, what);
  return { what, actual: { shape: [actual.length], data: actual }, expected, tolerance };
}
