import { formatPercent } from "./format";

/** What a page's score is called and how it is written. */
export interface ScoreName {
  readonly name: string;
  format(value: number): string;
  /** The whole of its scale; as far as the values go when absent. */
  readonly range?: readonly [least: number, most: number];
}

/** A score that is a share. */
export function share(name: string): ScoreName {
  return { name, format: formatPercent, range: [0, 1] };
}
