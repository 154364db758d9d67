import { resolve } from "node:path";
import { TaskError } from "../cli/errors";
import type { OptionValues } from "../cli/options";
import { type NameDataset, type NameItem, splitNames } from "./dataset";
import { directoryNames } from "./dataset-directory";
import { chooseExamples } from "./examples";
import { type namesOptions, settingsOf } from "./options";
import type { NamesInput } from "./settings";

/** How many names the model's guesses are shown for. */
const EXAMPLES = 12;

/** Names by language, each once, and where they came from. */
export interface NamesSource {
  /** A package or a folder. */
  source: string;
  /** Each name once per language. */
  dataset: NameDataset;
  input: NamesInput;
}

/**
 * Loads the names that the options ask for, and splits them by their spelling: a tenth is held out, a tenth of the rest
 * is for validation. A name that stands in its language's file many times is common there: it is trained on as often,
 * but scored once.
 * @throws NamesError if the files hold no names, or `eval` names of other languages
 * @throws TaskError if there are too few names to hold some out
 */
export async function loadNames(values: OptionValues<typeof namesOptions>): Promise<NamesSource> {
  const { data, eval: evalPath } = values;
  const source = data === undefined ? "@faker-js/faker" : resolve(data);
  const dataset = data === undefined ? await fakerDataset() : await directoryNames(source);
  const lines = data === undefined ? dataset : await directoryNames(source, { unique: false });
  const { languages } = dataset;
  const { test, validation } = splitParts(dataset.items);
  const { train } = splitParts(lines.items);
  if (languages.length < 2 || [train, validation, test].some(({ length }) => length === 0)) {
    throw new TaskError(
      `There should be names of two languages or more, enough to hold some out, but there are ${dataset.items.length} ` +
        `of ${languages.join(", ")}. Give a folder with a file per language, with a hundred names or more.`,
    );
  }
  const evaluated =
    evalPath === undefined ? null : (await directoryNames(resolve(evalPath), { unique: false, languages })).items;
  const examples = chooseExamples(languages, [...train, ...validation], test, EXAMPLES);
  const input = { languages, train, validation, test, eval: evaluated, examples, settings: settingsOf(values) };
  return { source, dataset, input };
}

/** Loaded only where it is used: the names of all locales are megabytes of modules. */
async function fakerDataset(): Promise<NameDataset> {
  const { fakerNames } = await import("./dataset-faker");
  return fakerNames();
}

/** Goes by spelling alone, so that the parts of the distinct names and those of all lines have no name in common. */
function splitParts(items: readonly NameItem[]): Record<"train" | "validation" | "test", NameItem[]> {
  const { rest, test } = splitNames(items, { rest: 0.9, test: 0.1 });
  // Another salt: the hashes that chose the rest must not choose within it.
  return { test, ...splitNames(rest, { train: 0.9, validation: 0.1 }, { salt: 1 }) };
}
