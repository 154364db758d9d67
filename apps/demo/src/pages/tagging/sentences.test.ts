import { Random, type TaggedSentence, taggedSentences } from "@unroll/data";
import { expect, test } from "vitest";
import { scoresOf } from "./scores";
import { batchOf, idOf, language, wordsOf } from "./sentences";

const sentence = (text: string, pos: string, entities: string, slots: string): TaggedSentence => ({
  words: text.split(" "),
  pos: pos.split(" "),
  entities: entities.split(" "),
  slots: slots.split(" "),
});

const spoken = [
  sentence("Florence is warm", "PROPN AUX ADJ", "B-LOC O O", "O O O"),
  sentence("play Anna Smith", "VERB PROPN PROPN", "O B-PER I-PER", "O B-artist I-artist"),
];

test("batches have one shape, ids of known words, and tags that count only where there are words", () => {
  const { words, lengths, tags, shape } = batchOf(spoken);
  expect(shape).toEqual([2, 14]);
  expect([...lengths]).toEqual([3, 3]);
  expect([...words.subarray(0, 4)]).toEqual([idOf("florence"), idOf("Is"), idOf("warm"), 0]);
  expect(language.entities[tags.entities[14 + 1] ?? -1]).toBe("B-PER");
  expect([...tags.pos.subarray(3, 14)].every((tag) => tag === -100)).toBe(true);
  expect(batchOf(taggedSentences(new Random(3), { count: 500 })).shape).toEqual([500, 14]);
});

test("some words are hidden from training, and their tags stay", () => {
  const many = taggedSentences(new Random(1), { count: 400 });
  const [seen, hidden] = [batchOf(many), batchOf(many, new Random(2))];
  const all = many.reduce((sum, { words }) => sum + words.length, 0);
  const share = hidden.words.filter((id, at) => id !== seen.words[at]).length / all;
  expect(share).toBeGreaterThan(0.03); // 5 % of 2,200 words, more than four deviations away
  expect(share).toBeLessThan(0.07);
  expect(hidden.tags).toEqual(seen.tags);
});

test("scores count words and spans", () => {
  const right = {
    pos: spoken.map(({ pos }) => [...pos]),
    entities: spoken.map(({ entities }) => [...entities]),
    slots: spoken.map(({ slots }) => [...slots]),
  };
  expect(scoresOf(right, spoken)).toEqual({ pos: 1, entities: 1, slots: 1, words: 1 });
  const wrong = { ...right, entities: [["B-PER", "O", "O"], right.entities[1] ?? []] };
  expect(scoresOf(wrong, spoken)).toEqual({ pos: 1, entities: 0.5, slots: 1, words: 5 / 6 });
});

test("a typed sentence falls into words", () => {
  expect(wordsOf("  play, Anna Smith. ")).toEqual(["play", "Anna", "Smith"]);
});
