/** The phonemes of ARPAbet by what they are like, each in a word. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ AA: "hot", AE: "cat", AH: "cut", AO: "law", AW: "cow", AY: "my", EH: "bed", ER: "her", EY: "day", IH: "sit" },
  ...{ IY: "see", OW: "go", OY: "boy", UH: "put", UW: "too", B: "bad", CH: "chin", D: "did", DH: "then", F: "fall" },
  ...{ G: "got", HH: "hat", JH: "jam", K: "keep", L: "leg", M: "man", N: "no", NG: "sing", P: "pen", R: "red" },
  ...{ S: "so", SH: "she", T: "tea", TH: "thin", V: "van", W: "wet", Y: "yes", Z: "zoo", ZH: "vision" },
};

/** A word in which a phoneme is heard. */
export const heardIn = (phoneme: string): string | undefined => WORDS[phoneme];
