import { resolve } from "node:path";
import { TaskError } from "../cli/errors";
import type { OptionValues } from "../cli/options";
import { scoringInput } from "../learning/weights-file";
import { type NameDataset, type NameItem, splitNames } from "./dataset";
import { directoryNames } from "./dataset-directory";
import { chooseExamples } from "./examples";
import { type namesOptions, settingsOf } from "./options";
import type { NamesFacts, NamesInput } from "./settings";

/** How many names the model's guesses are shown for. */
const EXAMPLES = 12;

/** What the page is to do, and where the names came from. */
export interface NamesSource {
  /** A package or a folder. */
  source: string;
  /** What is learned from, each name once per language; none where a model is only scored. */
  dataset: NameDataset | null;
  input: NamesInput;
}

/**
 * Loads the names that the options ask for, and splits them by their spelling: a tenth is held out, a tenth of the rest
 * is for validation. A name that stands in its language's file many times is common there: it is trained on as often,
 * but scored once. With `weights` there is nothing but the names of `eval`, numbered as that model knows languages.
 * @throws NamesError if the files hold no names, or `eval` names of other languages
 * @throws TaskError if there are too few names to hold some out, or `weights` is not a file of such a model
 */
export async function loadNames(values: OptionValues<typeof namesOptions>): Promise<NamesSource> {
  const { data, eval: evalPath, weights } = values;
  if (weights !== undefined) return namesToScore({ weights, evalPath });
  const source = data === undefined ? "@faker-js/faker" : resolve(data);
  const dataset = data === undefined ? await fakerDataset() : await directoryNames(source);
  const lines = data === undefined ? dataset : await directoryNames(source, { unique: false });
  const { languages } = dataset;
  const { test, dev } = splitParts(dataset.items);
  const { train } = splitParts(lines.items);
  if (languages.length < 2 || [train, dev, test].some(({ length }) => length === 0)) {
    throw new TaskError(
      `There should be names of two languages or more, enough to hold some out, but there are ${dataset.items.length} ` +
        `of ${languages.join(", ")}. Give a folder with a file per language, with a hundred names or more.`,
    );
  }
  const evaluated =
    evalPath === undefined ? null : (await directoryNames(resolve(evalPath), { unique: false, languages })).items;
  const facts = { languages, examples: chooseExamples(languages, [...train, ...dev], test, EXAMPLES) };
  const parts = { train, dev, test, eval: evaluated };
  return { source, dataset, input: { ...parts, facts, settings: settingsOf(values), weights: null } };
}

/** Names for a model of a file, which may have learned from some of them. */
async function namesToScore(paths: { weights: string; evalPath: string | undefined }): Promise<NamesSource> {
  const input = await scoringInput<NameItem, NamesFacts>("names", paths, async (path, { languages }) => {
    const { items } = await directoryNames(path, { unique: false, languages });
    return items;
  });
  const { languages } = input.facts;
  const examples = chooseExamples(languages, [], input.eval ?? [], EXAMPLES);
  return { source: paths.weights, dataset: null, input: { ...input, facts: { languages, examples } } };
}

/** Loaded only where it is used: the names of all locales are megabytes of modules. */
async function fakerDataset(): Promise<NameDataset> {
  const { fakerNames } = await import("./dataset-faker");
  return fakerNames();
}

/** Goes by spelling alone, so that the parts of the distinct names and those of all lines have no name in common. */
function splitParts(items: readonly NameItem[]): Record<"train" | "dev" | "test", NameItem[]> {
  const { rest, test } = splitNames(items, { rest: 0.9, test: 0.1 });
  // Another salt: the hashes that chose the rest must not choose within it.
  return { test, ...splitNames(rest, { train: 0.9, dev: 0.1 }, { salt: 1 }) };
}
