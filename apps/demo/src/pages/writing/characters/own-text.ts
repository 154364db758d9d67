import { ValueError } from "@unroll/kernels";
import { firstOf } from "./held-out";

/** The visitor's file is read as far as this. */
export const MOST_CHARACTERS = 1_000_000;
/** Of less than this there is nothing to hold out, and hardly a chunk to learn from. */
const LEAST_CHARACTERS = 1000;

/** What is used of a text of the visitor's. @throws ValueError if that is too short to learn from */
export function ownText(text: string): string {
  const used = firstOf(text, MOST_CHARACTERS);
  const { length } = [...used];
  if (length >= LEAST_CHARACTERS) return used;
  throw new ValueError({
    where: "writing",
    what: "your own file",
    expected: `a text of at least ${LEAST_CHARACTERS.toLocaleString("en")} characters`,
    received: `one of ${length}`,
    remedy: "Choose a longer one.",
  });
}
