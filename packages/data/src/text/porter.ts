// The conditions and suffixes of M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, pp. 130-137.
// The stemmers on npm (stemmer, @stdlib/nlp-porter-stemmer, porter-stemmer, lunr) follow Porter's later programs, which
// depart from the paper: bli → ble for abli → able, logi → log, and words of two letters left alone.

/** A rule replaces `suffix` by `replacement` where the measure of what stands before it is more than the step's. */
type Rule = readonly [suffix: string, replacement: string];

const STEP_2: readonly Rule[] = [
  ...([
    ["ational", "ate"],
    ["tional", "tion"],
    ["enci", "ence"],
    ["anci", "ance"],
    ["izer", "ize"],
  ] as const),
  ...([
    ["abli", "able"],
    ["alli", "al"],
    ["entli", "ent"],
    ["eli", "e"],
    ["ousli", "ous"],
  ] as const),
  ...([
    ["ization", "ize"],
    ["ation", "ate"],
    ["ator", "ate"],
    ["alism", "al"],
    ["iveness", "ive"],
  ] as const),
  ...([
    ["fulness", "ful"],
    ["ousness", "ous"],
    ["aliti", "al"],
    ["iviti", "ive"],
    ["biliti", "ble"],
  ] as const),
];

const STEP_3: readonly Rule[] = [
  ...([
    ["icate", "ic"],
    ["ative", ""],
    ["alize", "al"],
    ["iciti", "ic"],
    ["ical", "ic"],
    ["ful", ""],
  ] as const),
  ["ness", ""],
];

const STEP_4: readonly Rule[] = [
  ...(["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism"] as const),
  ...(["ate", "iti", "ous", "ive", "ize"] as const),
].map((suffix) => [suffix, ""]);

/**
 * The stem of an English word by the algorithm of Porter (1980), as the paper has it: relational → relat, ponies → poni.
 *
 * @param word in letters of any case; the stem is in lower case. What is no letter counts as a consonant.
 */
export function porterStem(word: string): string {
  let stem = word.toLowerCase();
  stem = plural(stem);
  stem = pastAndGerund(stem);
  if (stem.endsWith("y") && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`; // step 1c
  stem = byLongest(stem, STEP_2, 0);
  stem = byLongest(stem, STEP_3, 0);
  stem = byLongest(stem, STEP_4, 1);
  return final(stem);
}

/** Step 1a: caresses → caress, ponies → poni, caress → caress, cats → cat. */
function plural(word: string): string {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** Step 1b: agreed → agree, plastered → plaster, hopping → hop, filing → file. */
function pastAndGerund(word: string): string {
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (!hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return measure(stem) === 1 && endsInShort(stem) ? `${stem}e` : stem;
}

/** Of the suffixes that fit the longest counts, whether or not its condition holds. */
function byLongest(word: string, rules: readonly Rule[], above: number): string {
  let best: Rule | undefined;
  for (const rule of rules) if (word.endsWith(rule[0]) && rule[0].length > (best?.[0].length ?? 0)) best = rule;
  if (!best) return word;
  const [suffix, replacement] = best;
  const stem = word.slice(0, -suffix.length);
  if (measure(stem) <= above || (suffix === "ion" && !/[st]$/.test(stem))) return word;
  return stem + replacement;
}

/** Step 5: probate → probat, rate → rate, controll → control. */
function final(word: string): string {
  let stem = word;
  if (stem.endsWith("e")) {
    const shorter = stem.slice(0, -1);
    const m = measure(shorter);
    if (m > 1 || (m === 1 && !endsInShort(shorter))) stem = shorter;
  }
  return stem.endsWith("ll") && measure(stem) > 1 ? stem.slice(0, -1) : stem;
}

/** a, e, i, o, u, and y behind a consonant, but not at the start; so in a row of y every other one. */
function isVowel(word: string, at: number): boolean {
  let first = at; // where the row of y before this letter starts
  while (first > 0 && word[first] === "y") first--;
  let vowel = word[first] !== "y" && "aeiou".includes(word[first] ?? "-");
  for (let next = first + 1; next <= at; next++) vowel = !vowel;
  return vowel;
}

function hasVowel(word: string): boolean {
  return /[aeiou]|.y/s.test(word); // of a y behind another letter, one of the two is a vowel
}

/** m of [C](VC)ᵐ[V]: how often a vowel is followed by a consonant. */
function measure(word: string): number {
  let m = 0;
  let wasVowel = false;
  for (let at = 0; at < word.length; at++) {
    // As isVowel, without looking back over a run of y
    const letter = word[at] ?? "";
    const vowel: boolean = letter === "y" ? at > 0 && !wasVowel : "aeiou".includes(letter);
    if (wasVowel && !vowel) m++;
    wasVowel = vowel;
  }
  return m;
}

/** *d: a double consonant. */
function endsInDouble(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && !isVowel(word, last);
}

/** *o: consonant, vowel, consonant, the last not w, x or y. */
function endsInShort(word: string): boolean {
  const last = word.length - 1;
  if (last < 2 || isVowel(word, last) || !isVowel(word, last - 1) || isVowel(word, last - 2)) return false;
  return !"wxy".includes(word[last] ?? "");
}
