import { expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** A sentence with three tags for each word. */
export interface TaggedSentence {
  words: string[];
  /** Parts of speech, by the names of Universal Dependencies. */
  pos: string[];
  /** Persons, places and organisations: BIO over PER, LOC and ORG. */
  entities: string[];
  /** What a request asks for, such as from, to, date and artist: BIO. */
  slots: string[];
}

/**
 * Rules, each with its alternatives. A part is a word with its part of speech, "book/VERB", or a rule, "$place", which may
 * name the entity and the slot that its words are: "$place@LOC>from".
 */
const GRAMMAR = {
  sentence: ["$request", "$request", "$news", "$news", "$saying"],
  request: [
    "book/VERB a/DET flight/NOUN from/ADP $place@LOC>from to/ADP $place@LOC>to $when",
    "$place@LOC>from to/ADP $place@LOC>to $when",
    "book/VERB a/DET table/NOUN for/ADP $stay $when",
    "find/VERB a/DET room/NOUN in/ADP $place@LOC>to for/ADP $stay",
    "show/VERB me/PRON flights/NOUN to/ADP $place@LOC>to $when",
    "order/VERB tickets/NOUN for/ADP $stay",
    "watch/VERB the/DET game/NOUN $when",
    "light/VERB the/DET lamp/NOUN $when",
    "play/VERB $music",
    "play/VERB $music",
  ],
  stay: ["$party>people", "$nights>nights"],
  party: ["$number people/NOUN"],
  nights: ["$number nights/NOUN"],
  music: ["$place>title by/ADP $person@PER>artist", "$person@PER>artist", "$station>station"],
  station: ["$place@LOC radio/NOUN"],
  when: ["on/ADP $day>date", "at/ADP $clock>time", "on/ADP $day>date at/ADP $clock>time"],
  clock: ["$number", "$number thirty/NUM", "noon/NOUN"],
  news: [
    "$place@LOC is/AUX $state",
    "$place@LOC is/AUX $state",
    "$person@PER $does in/ADP $place@LOC",
    "$company@ORG $moved on/ADP $day",
    "$goods $moved on/ADP $day",
    "light/ADJ rain/NOUN fell/VERB in/ADP $place@LOC",
  ],
  saying: [
    "$who knows/VERB that/DET song/NOUN",
    "$who knows/VERB that/SCONJ $person@PER $does",
    "$who saw/VERB her/PRON in/ADP $place@LOC",
    "$who saw/VERB her/DET dog/NOUN in/ADP $place@LOC",
    "$who wants/VERB to/PART fly/VERB to/ADP $place@LOC",
  ],
  place: ["$name", "$name", "$name", "Rome/PROPN", "Oslo/PROPN", "Lima/PROPN", "New/PROPN York/PROPN"],
  person: ["$name $family", "$name $family", "$name $family", "Anna/PROPN $family"],
  company: ["$place Bank/PROPN", "$place Airlines/PROPN", "$place Times/PROPN"],
  name: ["Florence/PROPN", "Sydney/PROPN", "Austin/PROPN", "Victoria/PROPN", "Charlotte/PROPN", "Paris/PROPN"],
  family: ["Smith/PROPN", "Jones/PROPN", "Weber/PROPN", "Costa/PROPN"],
  goods: ["book/NOUN prices/NOUN", "watch/NOUN sales/NOUN", "play/NOUN areas/NOUN", "order/NOUN books/NOUN"],
  day: ["Monday/PROPN", "Tuesday/PROPN", "Friday/PROPN", "Sunday/PROPN"],
  number: ["two/NUM", "three/NUM", "five/NUM", "nine/NUM"],
  state: ["warm/ADJ", "cold/ADJ", "dry/ADJ"],
  does: ["sings/VERB", "works/VERB", "lives/VERB"],
  moved: ["fell/VERB", "rose/VERB"],
  who: ["she/PRON", "he/PRON"],
} as const satisfies Record<string, readonly string[]>;

type Rule = keyof typeof GRAMMAR;

const [PART, WORD] = [/^\$(\w+)(?:@(\w+))?(?:>(\w+))?$/, /^(.+)\/(\w+)$/];

/**
 * Sentences of a small grammar, with parts of speech, entities and slots. Many a word means something else by what comes
 * behind it, and nothing before it tells: "Florence is warm", "Florence Smith sings" and "Florence Bank fell"; "book a
 * table" and "book prices rose"; "for two people" and "for two nights". Who reads both ways can tag every word right; who
 * has read only as far as the word gets at best one in twelve wrong, in nearly every other sentence.
 *
 * @throws TaskError if `count` is no whole number of at least 1
 */
export function taggedSentences(random: Random, options: { count: number }): TaggedSentence[] {
  expectOptions(TaskError, "taggedSentences", options, ["count"]);
  const { count } = options;
  expectWhole(TaskError, "taggedSentences", { count });
  return Array.from({ length: count }, () => {
    const sentence: TaggedSentence = { words: [], pos: [], entities: [], slots: [] };
    expand(random, "sentence", sentence);
    return sentence;
  });
}

/** All that `taggedSentences` can say: words, in lower case, and tags, each sorted. */
export function taggedLanguage(): { words: string[]; pos: string[]; entities: string[]; slots: string[] } {
  const parts = Object.values(GRAMMAR).flatMap((alternatives) => alternatives.flatMap((text) => text.split(" ")));
  const matches = (pattern: RegExp, group: number) => parts.flatMap((part) => pattern.exec(part)?.[group] ?? []);
  const unique = (names: readonly string[]) => [...new Set(names)].sort();
  const spans = (labels: readonly string[]) => [
    "O",
    ...unique(labels.flatMap((label) => [`B-${label}`, `I-${label}`])),
  ];
  return {
    words: unique(matches(WORD, 1).map((word) => word.toLowerCase())),
    pos: unique(matches(WORD, 2)),
    entities: spans(matches(PART, 2)),
    slots: spans(matches(PART, 3)),
  };
}

/** Puts the words of one alternative of a rule, drawn by chance, behind a sentence. */
function expand(random: Random, rule: Rule, sentence: TaggedSentence): void {
  const alternatives = GRAMMAR[rule];
  const drawn = alternatives[random.below(alternatives.length)] ?? "";
  for (const part of drawn.split(" ")) {
    const [, word, tag] = WORD.exec(part) ?? [];
    if (word !== undefined && tag !== undefined) {
      sentence.words.push(word);
      sentence.pos.push(tag);
      sentence.entities.push("O");
      sentence.slots.push("O");
      continue;
    }
    const [, inner, entity, slot] = PART.exec(part) ?? [];
    const start = sentence.words.length;
    expand(random, inner as Rule, sentence); // the grammar names no rule that it has not: a test expands all of them
    label(sentence.entities, start, entity);
    label(sentence.slots, start, slot);
  }
}

/** Makes the tags from `start` on those of one span. */
function label(tags: string[], start: number, name: string | undefined): void {
  if (name === undefined) return;
  for (let at = start; at < tags.length; at++) tags[at] = `${at === start ? "B" : "I"}-${name}`;
}
