import type { WrittenDate } from "@unroll/data";
import type { Pair } from "../../pairs/pair";

/** Letters of 2024-03-04. */
export const ISO_LENGTH = 10;

/** A date in words and in ISO 8601, letter by letter. */
export const datePair = ({ text, iso }: WrittenDate): Pair => ({ source: [...text], target: [...iso] });
