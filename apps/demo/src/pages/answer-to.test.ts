import { expect, test } from "vitest";
import { answerTo } from "./answer-to";

test("an answer counts for the question that it is to, as that came back from the worker", () => {
  const question = { first: 1, noise: [0.1, -0.25] };
  const answer = { to: structuredClone(question), said: -1 };
  expect(answerTo(question, answer)).toBe(answer);
  expect(answerTo({ ...question, first: -1 }, answer)).toBeNull();
  expect(answerTo({ ...question, noise: [0.1, 0.25] }, answer)).toBeNull();
  expect(answerTo<typeof answer>(question, null)).toBeNull();
  expect(answerTo<typeof answer>(null, answer)).toBeNull();
});
