import { expect, test } from "vitest";
import { Random } from "../random/random";
import { expectTags } from "../tags/scheme";
import { type TaggedSentence, taggedLanguage, taggedSentences } from "./tagged-sentences";

const sentences = taggedSentences(new Random(1), { count: 6000 });
const tagsAt = ({ pos, entities, slots }: TaggedSentence, at: number) => `${pos[at]} ${entities[at]} ${slots[at]}`;

test("the same seed says the same", () => {
  expect(taggedSentences(new Random(1), { count: 6000 })).toEqual(sentences);
  expect(taggedSentences(new Random(2), { count: 6000 })).not.toEqual(sentences);
});

test("every word has its tags, and spans are whole", () => {
  for (const { words, pos, entities, slots } of sentences) {
    expect([pos.length, entities.length, slots.length]).toEqual([words.length, words.length, words.length]);
    const lines = words.map((_, at) => at);
    expectTags("test", entities, "bio", lines);
    expectTags("test", slots, "bio", lines);
  }
});

test("all that the language lists is said, and nothing else", () => {
  const said = (of: (sentence: TaggedSentence) => readonly string[]) => [...new Set(sentences.flatMap(of))].sort();
  const { words, pos, entities, slots } = taggedLanguage();
  expect(said((sentence) => sentence.words.map((word) => word.toLowerCase()))).toEqual(words);
  expect(said((sentence) => sentence.pos)).toEqual(pos);
  expect(said((sentence) => sentence.entities)).toEqual([...entities].sort());
  // every slot is begun; those of one word are never gone on with
  for (const slot of said((sentence) => sentence.slots)) expect(slots).toContain(slot);
  expect(said((sentence) => sentence.slots)).toEqual(
    expect.arrayContaining(slots.filter((slot) => slot.startsWith("B-"))),
  );
});

test("a sentence as a whole tells all of its tags", () => {
  const known = new Map<string, string>();
  for (const sentence of sentences) {
    const tags = sentence.words.map((_, at) => tagsAt(sentence, at)).join(", ");
    const text = sentence.words.join(" ");
    expect(known.get(text) ?? tags).toBe(tags);
    known.set(text, tags);
  }
});

test("what was read until a word does not", () => {
  // who knows how often each tag follows each beginning, and says the most frequent, is wrong in these many words
  const counts = new Map<string, Map<string, number>>();
  let words = 0;
  for (const sentence of sentences) {
    for (const at of sentence.words.keys()) {
      const begun = sentence.words.slice(0, at + 1).join(" ");
      const tags = counts.get(begun) ?? new Map<string, number>();
      counts.set(begun, tags.set(tagsAt(sentence, at), (tags.get(tagsAt(sentence, at)) ?? 0) + 1));
      words++;
    }
  }
  const right = [...counts.values()].reduce((sum, tags) => sum + Math.max(...tags.values()), 0);
  expect(1 - right / words).toBeGreaterThan(0.06); // 1/12 of many more sentences, fewer of these
});

test("what cannot be counted is refused", () => {
  expect(() => taggedSentences(new Random(1), { count: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: taggedSentences: expected count to be a whole number of at least 1 but got 0. Pass count as such a number.]`,
  );
});
