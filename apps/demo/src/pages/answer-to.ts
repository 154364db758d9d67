/**
 * An answer where it is to the question that is asked now; null while that has none: until the model has said something, what
 * it said to the question before still stands, and is not to be judged by this one.
 * @param answer says in `to` which question it answers, as the worker got it
 */
export function answerTo<Answer extends { readonly to: unknown }>(
  question: Answer["to"] | null,
  answer: Answer | null,
): Answer | null {
  return answer && JSON.stringify(answer.to) === JSON.stringify(question) ? answer : null;
}
