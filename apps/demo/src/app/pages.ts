import type { ComponentType } from "preact";

/** A page of the gallery, as the front page lists it. */
export interface PageEntry {
  /** Its folder under pages/, and its address after the #. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
}

/** In the order in which they are best read. */
export const pages: readonly PageEntry[] = [
  {
    id: "memory",
    title: "Memory",
    summary: "A sum so far, a cell whose gates you set by hand, and forty numbers that spell HELLO.",
  },
  {
    id: "gradients",
    title: "Gradients through time",
    summary: "Why simple cells forget: what reaches each step of a long gap, and the cliff that clipping is for.",
  },
  {
    id: "names",
    title: "Names",
    summary: "Which language is a surname of? Type one and see what each letter says.",
  },
  {
    id: "writing",
    title: "Writing",
    summary: "A text, character by character: what the model writes as it learns, and what its cells keep count of.",
  },
  {
    id: "tagging",
    title: "Tagging",
    summary: "Parts of speech, entities and slots, read forward and read both ways.",
  },
  {
    id: "sentiment",
    title: "Sentiment",
    summary: "Praise or blame? The score after each word, as “not”, “slightly” and “but” turn it.",
  },
  {
    id: "translation",
    title: "Translation",
    summary: "Dates in words become ISO 8601, letter by letter: where attention looks, and beam search as a tree.",
  },
  {
    id: "pronunciation",
    title: "Pronunciation",
    summary: "From the letters of a word to the sounds that it is made of.",
  },
  {
    id: "captions",
    title: "Captions",
    summary: "What is in a picture, word by word, and where the model looked for each.",
  },
  {
    id: "ctc",
    title: "Morse code by ear",
    summary: "Sound in, text out, and nobody says when: CTC, its path of letters and blanks, and how it collapses.",
  },
  {
    id: "handwriting",
    title: "Handwriting",
    summary: "Write a digit: a network follows your pen, and often knows it before you are done.",
  },
  {
    id: "anomalies",
    title: "Anomalies",
    summary: "A model of what is regular, and the threshold below which something is wrong.",
  },
  {
    id: "music",
    title: "Music",
    summary: "A key and a style become a tune, note after note: see the rules being learned, and hear them.",
  },
  {
    id: "transformer",
    title: "Transformer",
    summary: "Reverse, sort and count by attention alone, with what each head looks at.",
  },
  {
    id: "zoo",
    title: "Zoo",
    summary: "Ten recurrent networks race side by side: who remembers longest, and at what cost.",
  },
  {
    id: "bench",
    title: "Bench",
    summary:
      "How fast this device is at all of it: every kernel, layer and training step, against what it can do at best.",
  },
];

const modules = import.meta.glob<{ readonly Page: ComponentType }>("../pages/*/page.tsx");

/** The code of a page, fetched when it is opened. @throws Error if there is none of that name */
export async function loadPage(id: string): Promise<ComponentType> {
  const load = modules[`../pages/${id}/page.tsx`];
  if (!load) throw new Error(`There is no page ${id}.`);
  return (await load()).Page;
}
