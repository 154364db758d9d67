import { alignColumns } from "../cli/table";
import type { Terminal } from "../cli/terminal";
import { grouped, modelText, trainingLines } from "../learning/run-card";
import type { Guess, NamesOutcome } from "./outcome";
import type { RunCard, Score } from "./run-card";
import type { NamesInput } from "./settings";
import type { Summary } from "./summary";

type Styled = Pick<Terminal, "style">;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What is about to be trained, on what; or scored, with what. */
export function introduction({ facts, train, dev, test, eval: other, settings, weights }: NamesInput, source: string) {
  const { languages } = facts;
  const parts =
    weights === null
      ? `${grouped(train.length)} names to train on, ${grouped(dev.length)} to validate, ${grouped(test?.length ?? 0)} held out.`
      : `${grouped(other?.length ?? 0)} names to score.`;
  return [
    `Which language is this name from? ${languages.length} languages from ${source}:`,
    parts,
    `The model is ${modelText(settings)}.`,
  ];
}

/** What came of it: the scores, language by language for the held-out part, and the guesses for some names. */
export function reportLines(
  card: RunCard,
  { facts, test, eval: other }: NamesInput,
  outcome: NamesOutcome,
  terminal: Styled,
): string[] {
  const { languages, examples } = facts;
  const score = isScored(card) ? card : undefined;
  return [
    ...trainingLines(outcome.training),
    "",
    ...(score && test ? [scoreLine("Held out", score, terminal)] : []),
    ...(card.eval && other ? [scoreLine(card.eval.path ?? "", card.eval, terminal)] : []),
    ...(score ? perClassLines(score).map((line) => `  ${line}`) : []),
    "",
    `The likeliest languages of ${test ? "names that it has not seen" : "names"}:`,
    ...guessLines(
      examples.map((example, n) => ({ ...example, guesses: outcome.guesses[n] ?? [] })),
      languages,
    ).map((line) => `  ${line}`),
    "",
  ];
}

/** Whether there was anything to score, which the command line sees to. */
function isScored(card: Partial<Score>): card is Score {
  return card.perClass !== undefined;
}

/** The line on a part that was scored. */
export function scoreLine(what: string, { accuracy, loss, count, majority }: Score, terminal: Styled): string {
  const right = terminal.style("bold", `${percent(accuracy)} right`);
  const baseline = `always saying ${majority.language} gives ${percent(majority.rate)}`;
  return `${what}, ${grouped(count)} names: ${right} (${baseline}), loss ${loss.toFixed(3)} nats`;
}

/** A line for each name: what it is, and the languages it is most likely taken to be from. */
export function guessLines(
  examples: readonly { name: string; language: string; guesses: readonly Guess[] }[],
  languages: readonly string[],
): string[] {
  const rows = examples.map(({ name, language, guesses }) => [
    languages[guesses[0]?.language ?? -1] === language ? "✓" : "·",
    name,
    language,
    ...guesses.flatMap((guess) => [languages[guess.language] ?? "?", `${Math.round(100 * guess.probability)} %`]),
  ]);
  return alignColumns(rows, ["left", "left", "left", "left", "right", "left", "right", "left", "right"]);
}

/** Languages with their share of right guesses, best first. */
export function perClassLines({ perClass }: Summary): string[] {
  const rows = Object.entries(perClass)
    .filter(([, { count }]) => count > 0)
    .sort(([, a], [, b]) => (b.accuracy ?? 0) - (a.accuracy ?? 0))
    .map(([language, { accuracy, count }]) => [language, percent(accuracy ?? 0), `of ${count}`]);
  return alignColumns(rows, ["left", "right", "right"]);
}
