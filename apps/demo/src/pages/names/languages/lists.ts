import namesFile from "made:names.json";
import { splitByHash } from "@unroll/data";
import { fetchMade } from "../../../experiment/made-file";
import { GROUPS, type Group } from "./groups";

/** Names of some languages, to train on and to score with. */
export interface Lists {
  readonly languages: readonly string[];
  /** By language; no spelling of any language is in both. */
  readonly train: readonly (readonly string[])[];
  readonly held: readonly (readonly string[])[];
}

/** A language's names to score with, at most, as the page says: about as many as the small lists have. */
const MOST_HELD = 24;

/** The names of a group of languages, a fifth of them held out by a hash of their spelling. */
export async function readLists(group: Group): Promise<Lists> {
  const all = (await (await fetchMade(namesFile)).json()) as Readonly<Record<string, readonly string[]>>;
  const languages: readonly string[] = GROUPS[group] ?? Object.keys(all);
  const split = languages.map((language) => {
    const names = all[language] ?? [];
    const rows = splitByHash(names, { train: 0.8, held: 0.2 });
    const pick = (part: Uint32Array) => Array.from(part, (row) => names[row] ?? "");
    return { train: pick(rows.train), held: pick(rows.held).slice(0, MOST_HELD) };
  });
  return { languages, train: split.map(({ train }) => train), held: split.map(({ held }) => held) };
}
