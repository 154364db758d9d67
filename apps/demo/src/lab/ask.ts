import { lab } from "../client/lab";
import type { AnswerOf, QuestionOf } from "../experiment/experiment";

/**
 * Asks the open lab once, and not again as it learns: `ask<typeof experiment>(question)`.
 * @returns null, with the failure shown, if it could make nothing of it
 */
export async function ask<E>(question: QuestionOf<E>): Promise<AnswerOf<E> | null> {
  // the worker answers with what the experiment of this page returns, which `E` is the type of
  return (await lab.ask(question)) as AnswerOf<E> | null;
}
