import { alignColumns } from "../cli/table";
import type { Terminal } from "../cli/terminal";
import type { RunCard, Score } from "./run-card";
import type { Guess } from "./score";
import type { NamesInput } from "./settings";
import type { Summary } from "./summary";
import type { NamesOutcome } from "./train-names";

type Styled = Pick<Terminal, "style">;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const grouped = (count: number): string => count.toLocaleString("en-US");

/** What is about to be trained, on what. */
export function introduction({ languages, train, validation, test, settings }: NamesInput, source: string): string[] {
  const { cell, hidden, layers, bidirectional } = settings;
  const kind = { rnn: "an Elman RNN", gru: "a GRU", lstm: "an LSTM" }[cell];
  const stack = layers === 1 ? "" : `, ${layers} layers`;
  return [
    `Which language is this name from? ${languages.length} languages from ${source}:`,
    `${grouped(train.length)} names to train on, ${grouped(validation.length)} to validate, ${grouped(test.length)} held out.`,
    `The model is ${kind} of ${hidden} hidden units${stack}${bidirectional ? ", read both ways" : ""}.`,
  ];
}

/** What came of it: the scores, language by language for the held-out part, and the guesses for some names. */
export function reportLines(card: RunCard, input: NamesInput, { examples }: NamesOutcome, terminal: Styled): string[] {
  const ending = card.reason === "stopped early" ? ", the last of them no better on the validation part" : "";
  return [
    `Trained ${card.epochs} epochs in ${card.seconds.toFixed(0)} s${ending}; kept the weights of epoch ${card.bestEpoch}.`,
    "",
    scoreLine("Held out", card, terminal),
    ...(card.eval ? [scoreLine(card.eval.path ?? "", card.eval, terminal)] : []),
    ...perClassLines(card).map((line) => `  ${line}`),
    "",
    "The likeliest languages of names that it has not seen:",
    ...guessLines(
      examples.map((example, n) => ({ ...example, language: input.examples[n]?.language ?? "" })),
      input.languages,
    ).map((line) => `  ${line}`),
    "",
  ];
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
