import { isRecord, isTextList } from "../../checks";
import { areSpecials, type SpecialOptions } from "../special-entries";

/** A tokenizer as JSON: what `toJSON` writes and `fromJSON` reads. */
export interface BytePairJSON extends Required<SpecialOptions> {
  kind: "BytePairTokenizer";
  units: "bytes" | "characters";
  characters: string[];
  merges: [left: number, right: number][];
}

export function isBytePairJSON(json: unknown): json is BytePairJSON {
  if (!isRecord(json) || json.kind !== "BytePairTokenizer" || !areSpecials(json)) return false;
  const { units, characters, merges } = json;
  return (units === "bytes" || units === "characters") && isTextList(characters) && areMerges(merges);
}

function areMerges(merges: unknown): boolean {
  return (
    Array.isArray(merges) &&
    merges.every((merge) => Array.isArray(merge) && merge.length === 2 && merge.every((id) => typeof id === "number"))
  );
}
