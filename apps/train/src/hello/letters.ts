import { TaskError } from "../cli/errors";

/** What the model knows beside its weights. */
export type HelloFacts = {
  /** In the order of their ids; the first is what `HELLO` begins with. */
  letters: string[];
};

/** The id of each letter. @throws TaskError if there is another letter among them, or fewer than two */
export function letterIds(word: string, letters: readonly string[]): number[] {
  const ids = [...word].map((letter) => letters.indexOf(letter));
  if (ids.length >= 2 && !ids.includes(-1)) return ids;
  throw new TaskError(
    `hello: a word should have two letters or more, all of ${letters.join(", ")}, but is "${word}". Leave it out.`,
  );
}
