import type { PyTorchOptions, Tensor } from "@unroll/nn";
import type { EncoderDecoder } from "@unroll/seq2seq";
import type { Run } from "../experiment/experiment";
import { type BeamTree, traceBeams } from "./beam-trace";
import { isSame, type Pair, type Vocabularies } from "./pair";
import { type Made, searchPairs } from "./search";

/** What the visitor gives the model. */
export interface PairQuestion {
  readonly source: readonly string[];
  /** K */
  readonly beam: number;
}

export interface PairAnswer {
  readonly made: Made;
  readonly tree: BeamTree;
}

/** What the model makes, as it learns, of a source that it is scored with. */
export interface PairPicture {
  readonly made: Made;
  readonly target: readonly string[];
}

/** What a run of a model of pairs is beside its training. */
export function pairRun(
  model: EncoderDecoder,
  options: {
    readonly vocabularies: Vocabularies;
    /** What it is scored with. */
    readonly held: readonly Pair[];
    readonly longest: number;
    readonly attends: boolean;
  },
): Required<Pick<Run<PairQuestion, PairAnswer, PairPicture>, "score" | "ask" | "picture" | "exported">> {
  const { vocabularies, held, longest, attends } = options;
  const search = (sources: readonly (readonly string[])[], beam: number, tells: boolean) =>
    searchPairs(model, vocabularies, sources, { beam, longest, attends: attends && tells });
  return {
    /** The share of sequences that are right to the last symbol. */
    async score() {
      const made = await search(
        held.map(({ source }) => source),
        1,
        false,
      );
      return held.filter(({ target }, n) => isSame(target, made[n]?.symbols ?? [])).length / held.length;
    },
    async ask({ source, beam }) {
      const [made] = (await search([source], beam, true)) as [Made];
      return { made, tree: await traceBeams(model, vocabularies, source, { beam, longest }) };
    },
    async picture() {
      const [shown] = held as [Pair];
      const [made] = (await search([shown.source], 1, true)) as [Made];
      return { made, target: shown.target };
    },
    exported: exportedOf({ logits: model }, attends),
  };
}

/**
 * What models say after tokens that they are given, the start first, to be called with one token more each time.
 * @param models by what their logits are called in the file
 */
export function exportedOf(
  models: Readonly<Record<string, EncoderDecoder>>,
  attends: boolean,
): NonNullable<Run["exported"]> {
  const inputs = {
    source: { shape: ["batch", "source"], dtype: "i32" },
    lengths: { shape: ["batch"], dtype: "u32" },
    tokens: { shape: ["batch", "target"], dtype: "i32" },
  } as const;
  const forward: PyTorchOptions["forward"] = (given) => {
    const { source, lengths, tokens } = given as Record<keyof typeof inputs, Tensor>;
    const said = Object.entries(models).map(([name, model]) => {
      return [name, model.decoder.forward(model.start(source, { lengths }), tokens)];
    });
    return Object.fromEntries(said);
  };
  return { inputs, forward, to: ["onnx", attends ? "pytorchWeights" : "pytorch"] };
}
