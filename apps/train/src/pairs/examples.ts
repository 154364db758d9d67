import { alignmentSvg } from "@unroll/seq2seq";
import type { Json } from "@unroll/testing/node";
import type { Drawing } from "../protocol";
import { alignmentText } from "./alignment-text";
import type { Pair } from "./pair";
import type { Made } from "./search-pairs";

/** A pair, what was made of it, and where the model looked for each symbol. */
export type PairExample = {
  source: string[];
  targets: string[][];
  made: string[];
  /** Of each symbol made, and of the end, to each of the source: row-major [made + 1, S]. */
  weights: number[];
};

export type PairDetail = PairExample[];

/** How the symbols of either side are written side by side. */
export interface Spelling {
  source: string;
  target: string;
}

/** What the end of a sequence is called in pictures. */
const END = "end";

export function exampleOf({ source, targets }: Pair, { symbols, weights }: Made): PairExample {
  return { source, targets, made: symbols, weights: Array.from(weights, (weight) => Number(weight.toFixed(3))) };
}

/** What was made of some sources, and where the model looked in the one that is shown. */
export function describeExamples(detail: Json, { source: between, target: after }: Spelling): string {
  const examples = detail as PairDetail; // as the page's side made it
  const lines = examples.map(({ source, targets, made }) => {
    const [said, wanted] = [made.join(after), targets.map((target) => target.join(after))];
    return `  ${source.join(between)} → ${said}${wanted.includes(said) ? "" : `, not ${wanted.join(" or ")}`}`;
  });
  const shown = drawn(examples)[0];
  const picture = shown
    ? ["Where it looked, source across, what it made down:", ...alignmentText(matrixOf(shown))]
    : [];
  return [...lines, ...picture].join("\n");
}

/** Some of the alignments as pictures. */
export function drawExamples(detail: Json, { source: between }: Spelling): Drawing[] {
  return drawn(detail as PairDetail).map((example, n) => {
    const { weights, source, target } = matrixOf(example);
    const matrix = { weights: { data: weights, shape: [target.length, source.length] }, source, target };
    const svg = alignmentSvg({ ...matrix, title: example.source.join(between) }, { theme: "light" });
    return { name: `alignment-${n + 1}`, svg };
  });
}

/** Those that are drawn: every other one, from the middle on. */
const drawn = (examples: PairDetail): PairDetail =>
  examples.filter(({ weights }, n) => weights.length > 0 && n >= Math.floor(examples.length / 2));

const matrixOf = ({ weights, source, made }: PairExample) => ({ weights, source, target: [...made, END] });
