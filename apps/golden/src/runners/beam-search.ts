import { add, gather, mul, tensor } from "@unroll/nn";
import { beamSearch, type Hypothesis, type SearchStep } from "@unroll/seq2seq";
import { parseGoldenTensor } from "@unroll/testing";
import { type Check, UnsupportedCase } from "../compare";
import { ABOUT, type Fields } from "../fields";

const END = "eos";
/** ln 0, as masks have it. */
const NEVER = -1e30;

/**
 * Beam search over tables of probabilities that follow from all tokens before: the sentences together, as one batch. Each
 * prefix that a table names is a node; what no table names cannot be reached, and says nothing.
 */
export async function runBeamSearch(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "attributes", "inputs", "expected", "atol", "rtol");
  const attributes = fields.fields("attributes").only("beam_size", "length_penalty", "normalize_scores", "max_len");
  const sentences = fields.fields("inputs").keys;
  const { vocabulary, step, roots } = modelOf(sentences.map((name) => fields.fields("inputs").fields(name)));
  const beam = attributes.number("beam_size");
  const isNormalised = attributes.flag("normalize_scores", true);
  const node = tensor(Uint32Array.from(roots));
  const found = await beamSearch(
    step,
    { node },
    {
      start: vocabulary.length,
      end: vocabulary.indexOf(END),
      maxLength: attributes.number("max_len"),
      beam,
      nBest: beam,
      ...(isNormalised ? { lengthPenalty: "average", alpha: attributes.number("length_penalty", 1) } : {}),
    },
  );
  return fields.fields("expected").keys.flatMap((name) => {
    const hypotheses = found[sentences.indexOf(name)];
    if (!hypotheses) throw new UnsupportedCase(`beam search of ${name}, which has no table`);
    return fields
      .fields("expected")
      .list(name)
      .flatMap((stated, n) => checksOf(`${name}, hypothesis ${n}`, hypotheses[n], stated, vocabulary, fields));
  });
}

function checksOf(
  what: string,
  hypothesis: Hypothesis | undefined,
  stated: Fields,
  vocabulary: readonly string[],
  fields: Fields,
): Check[] {
  stated.only("tokens", "step_probs", "score");
  const end = vocabulary.indexOf(END);
  const ids = stated.texts("tokens").map((token) => vocabulary.indexOf(token));
  const check = (kind: string, actual: readonly number[], expected: readonly number[]): Check => ({
    what: `${kind} of ${what}`,
    actual: { shape: [actual.length], data: actual },
    expected: parseGoldenTensor({ dtype: "float64", shape: [expected.length], data: expected }, what),
    tolerance: fields.tolerance(),
  });
  const probabilities = (hypothesis?.tokenLogProbabilities ?? []).map(Math.exp);
  return [
    check("tokens", hypothesis ? [...hypothesis.tokens, end] : [], ids),
    check("score", [hypothesis?.score ?? Number.NaN], [stated.number("score")]),
    ...(stated.has("step_probs") ? [check("probabilities", probabilities, stated.numbers("step_probs"))] : []),
  ];
}

type State = { readonly node: ReturnType<typeof tensor> };

/** The tables as one model: the node of each sentence's empty prefix, and what a step makes of a node and a token. */
function modelOf(tables: readonly Fields[]): { vocabulary: string[]; step: SearchStep<State>; roots: number[] } {
  const nodes = tables.flatMap((table, sentence) => table.keys.map((prefix) => ({ sentence, prefix, table })));
  const vocabulary = [...new Set([END, ...nodes.flatMap(({ table, prefix }) => table.fields(prefix).keys)])];
  const [V, N] = [vocabulary.length, nodes.length + 1]; // the last node is where no prefix leads to
  const placeOf = (sentence: number, prefix: string): number => {
    const place = nodes.findIndex((node) => node.sentence === sentence && node.prefix === prefix);
    return place < 0 ? nodes.length : place;
  };
  const said = new Float32Array(N * V).fill(NEVER);
  const after = new Uint32Array(N * (V + 1)).fill(nodes.length);
  for (const [n, { sentence, prefix, table }] of nodes.entries()) {
    const probabilities = table.fields(prefix);
    for (const [v, token] of vocabulary.entries()) {
      if (probabilities.has(token)) said[n * V + v] = Math.max(NEVER, Math.log(probabilities.number(token)));
      after[n * (V + 1) + v] = placeOf(sentence, prefix === "" ? token : `${prefix} ${token}`);
    }
    after[n * (V + 1) + V] = n; // the start
  }
  const [spoken, next] = [tensor(said, { shape: [N, V] }), tensor(after)];
  const step: SearchStep<State> = (state, tokens) => {
    const node = gather(next, add(mul(state.node, V + 1), tokens));
    return { logProbabilities: gather(spoken, node), state: { node } };
  };
  return { vocabulary, step, roots: tables.map((_, sentence) => placeOf(sentence, "")) };
}
