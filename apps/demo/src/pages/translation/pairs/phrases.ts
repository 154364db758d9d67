/** English and French nouns with their articles. */
const NOUNS = [
  ...[
    ["cat", "le chat"],
    ["dog", "le chien"],
    ["book", "le livre"],
    ["bread", "le pain"],
    ["train", "le train"],
  ],
  ...[
    ["house", "la maison"],
    ["door", "la porte"],
    ["flower", "la fleur"],
    ["apple", "la pomme"],
    ["lamp", "la lampe"],
  ],
] as const;
/** Adjectives that are the same beside all nouns; in French they come after them. */
const ADJECTIVES = [
  ...[
    ["red", "rouge"],
    ["yellow", "jaune"],
    ["strange", "étrange"],
    ["sad", "triste"],
    ["modern", "moderne"],
  ],
  ...[
    ["famous", "célèbre"],
    ["fast", "rapide"],
    ["simple", "simple"],
  ],
] as const;
const FRAMES = [
  ["the N", "N"],
  ["i see the N", "je vois N"],
  ["where is the N", "où est N"],
  ["this is the N", "c’est N"],
] as const;

/** Pairs of a tiny English and French, in which adjectives change places: a pair per line, a tab between the two. */
export function phrases(): string {
  const lines: string[] = [];
  for (const [frame, [english, french]] of FRAMES.entries()) {
    for (const [noun, [thing, chose]] of NOUNS.entries()) {
      for (const [adjective, [quality, qualité]] of ADJECTIVES.entries()) {
        const number = (frame * NOUNS.length + noun) * ADJECTIVES.length + adjective;
        if ((37 * number) % 5 < 2) continue; // the rest is enough to learn from
        const isVery = (53 * number) % 3 === 0;
        const [here, là] = isVery
          ? [`very ${quality} ${thing}`, `${chose} très ${qualité}`]
          : [`${quality} ${thing}`, `${chose} ${qualité}`];
        lines.push(`${english.replace("N", here)}\t${french.replace("N", là)}`);
      }
    }
  }
  return lines.join("\n");
}
