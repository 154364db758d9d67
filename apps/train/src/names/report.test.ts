import { expect, test } from "vitest";
import { guessLines, perClassLines, scoreLine } from "./report";

const summary = {
  accuracy: 0.8042,
  loss: 0.7,
  count: 1680,
  perClass: {
    Irish: { accuracy: 0.5, count: 26 },
    Klingon: { accuracy: null, count: 0 },
    Italian: { accuracy: 1, count: 232 },
  },
};

test("a score stands beside what the majority class would give", () => {
  const plain = { style: (_: string, text: string) => text };
  expect(
    scoreLine("Held out", { ...summary, majority: { language: "Russian", rate: 0.538 } }, plain),
  ).toMatchInlineSnapshot(
    `"Held out, 1,680 names: 80.4 % right (always saying Russian gives 53.8 %), loss 0.700 nats"`,
  );
});

test("languages come best first, without those that have no names", () => {
  expect(perClassLines(summary)).toMatchInlineSnapshot(`
    [
      "Italian  100.0 %  of 232",
      "Irish     50.0 %   of 26",
    ]
  `);
});

test("guesses are aligned and right ones marked", () => {
  const languages = ["Irish", "Italian", "Klingon"];
  const guesses = [1, 0, 2].map((language, place) => ({
    language,
    probability: [0.914, 0.08, 0.006][place] as number,
  }));
  const examples = [
    { name: "Montalcini", language: "Italian", guesses },
    { name: "O'Riordan", language: "Irish", guesses },
  ];
  expect(guessLines(examples, languages)).toMatchInlineSnapshot(`
    [
      "✓  Montalcini  Italian  Italian  91 %  Irish  8 %  Klingon  1 %",
      "·  O'Riordan   Irish    Italian  91 %  Irish  8 %  Klingon  1 %",
    ]
  `);
});
