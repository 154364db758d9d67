import { describe, expect, test } from "vitest";
import { TokenizerError } from "../../errors";
import { Random } from "../../random/random";
import { mergeSymbols, ranksOf } from "./merge";
import { bytePieces } from "./pieces";
import { BytePairTokenizer } from "./tokenizer";
import { learnMerges, type Merge } from "./train";

/** The dictionary of Sennrich, Haddow & Birch (2016), section 3.2. */
const PAPER = "low ".repeat(5) + "lower ".repeat(2) + "newest ".repeat(6) + "widest ".repeat(3);

const wordsOf = (random: Random, count: number, longest: number) =>
  Array.from({ length: count }, () => ({
    ids: Array.from({ length: 1 + random.below(longest) }, () => random.below(4)),
    count: 1 + random.below(5),
  }));

/** The algorithm as the paper prints it: all pairs are counted anew for each merge. */
function slowMerges(words: readonly { ids: number[]; count: number }[], first: number, most: number): Merge[] {
  const merges: Merge[] = [];
  let texts = words.map(({ ids, count }) => ({ ids: [...ids], count }));
  while (merges.length < most) {
    const counts = new Map<string, { pair: Merge; count: number }>();
    for (const { ids, count } of texts) {
      for (let at = 1; at < ids.length; at++) {
        const pair: Merge = [ids[at - 1] ?? 0, ids[at] ?? 0];
        const known = counts.get(String(pair));
        counts.set(String(pair), { pair, count: (known?.count ?? 0) + count });
      }
    }
    const [best] = [...counts.values()].sort(
      (one, other) => other.count - one.count || one.pair[0] - other.pair[0] || one.pair[1] - other.pair[1],
    );
    if (!best || best.count < 2) break;
    const merged = first + merges.push(best.pair) - 1;
    texts = texts.map(({ ids, count }) => ({ ids: replaced(ids, best.pair, merged), count }));
  }
  return merges;
}

function replaced(ids: readonly number[], [left, right]: Merge, merged: number): number[] {
  const after: number[] = [];
  for (let at = 0; at < ids.length; at++) {
    const isPair = ids[at] === left && ids[at + 1] === right;
    after.push(isPair ? merged : (ids[at] ?? 0));
    if (isPair) at++;
  }
  return after;
}

describe("learnMerges and mergeSymbols", () => {
  test.each([1, 2, 3, 4, 5, 6])("equal counting all pairs anew for each merge, words of seed %i", (seed) => {
    const random = new Random(seed);
    const words = wordsOf(random, 40, 12);
    const expected = slowMerges(words, 4, 60);
    expect(expected.length).toBeGreaterThan(10);
    const changed = words.map(({ ids, count }) => ({ ids: [...ids], count }));
    expect(learnMerges(changed, 4, { merges: 60, minCount: 2 })).toEqual(expected);
    const ranks = ranksOf(expected);
    for (const { ids } of [...words, ...wordsOf(random, 40, 30)]) {
      const slow = expected.reduce((symbols, pair, rank) => replaced(symbols, pair, 4 + rank), ids);
      expect(mergeSymbols(ids, ranks, 4)).toEqual(slow);
    }
  });

  test("stop at the most merges, and at pairs too rare", () => {
    const words = () => [{ ids: [0, 1, 0, 1, 2], count: 3 }];
    expect(learnMerges(words(), 3, { merges: 1, minCount: 2 })).toEqual([[0, 1]]);
    expect(learnMerges(words(), 3, { merges: 9, minCount: 4 })).toEqual([[0, 1]]);
  });
});

describe("BytePairTokenizer of characters", () => {
  const tokenizer = BytePairTokenizer.train(PAPER, { size: 21, units: "characters" });

  test("learns the parts of the paper's words", () => {
    expect(tokenizer.characters.join("")).toBe("deilnorstw");
    const parts = tokenizer.merges.map((_, rank) => tokenizer.token(11 + rank));
    // (d, est</w>) and (w, i) are as frequent, and so on: of such, the pair of smaller ids comes first
    expect(parts.join(" ")).toBe("es t</w> est</w> lo low ew new newest</w> low</w> dest</w>");
  });

  test("writes a new word as parts, and reads it back", () => {
    const ids = tokenizer.encode("lowest  newer");
    expect([...ids].map((id) => tokenizer.token(id)).join("|")).toBe("low|est</w>|new|e|r|</w>");
    expect(tokenizer.decode(ids)).toBe("lowest newer");
  });

  test("a text that looks like the mark is read back as it is", () => {
    const own = BytePairTokenizer.train("</w> </w> a", { size: 100, units: "characters" });
    expect(own.decode(own.encode("</w> a</w>"))).toBe("</w> a</w>");
  });

  test("refuses unknown characters, or takes them as such", () => {
    expect(() => tokenizer.encode("low zoo")).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer.encode: expected one of the 10 characters of the alphabet but got "z" in word 1, "zoo". Train on text that has it, take { units: "bytes" }, or add an unknown entry: { unknown: true }.]`,
    );
    const open = BytePairTokenizer.train(PAPER, { size: 21, units: "characters", unknown: true });
    expect(open.decode(open.encode("low zest"))).toBe("low \ufffdest");
    expect([...open.encode("z")].includes(open.unknownId ?? -1)).toBe(true);
  });
});

describe("BytePairTokenizer of bytes", () => {
  const text = "Straße naïve 山😀 e\u0301\n\n  don't 123\t";
  const tokenizer = BytePairTokenizer.train([PAPER, text], { size: 290, pad: true, start: true, end: true });

  test.each([text, "", "never seen: ☃ \u0000", "  two  spaces  ", "\ufeffmark"])("gives %j back exactly", (other) => {
    expect(tokenizer.decode(tokenizer.encode(other))).toBe(other);
  });

  test("has an id for each byte and merge behind the special ones", () => {
    expect(tokenizer.size).toBe(3 + 256 + tokenizer.merges.length);
    expect([...tokenizer.encode("\u0000")]).toEqual([3]);
    expect(tokenizer.encode(" newest").length).toBe(1);
    expect(tokenizer.decode([1, 3 + 65, 2, 0])).toBe("A");
  });

  test("pieces joined are the text", () => {
    for (const each of [text, " a  b\n c1 !?", "\ud800x"]) expect(bytePieces(each).join("")).toBe(each);
    expect(bytePieces("I can't,  see 12")).toEqual(["I", " can", "'", "t", ",", " ", " see", " 12"]);
  });

  test("survives JSON", () => {
    const copy = BytePairTokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(copy.toJSON()).toEqual(tokenizer.toJSON());
    expect([...copy.encode(text)]).toEqual([...tokenizer.encode(text)]);
  });

  test("a megabyte is learned and written in seconds, even without a space", { timeout: 60_000 }, () => {
    const random = new Random(1);
    const syllables = Array.from({ length: 300 }, () =>
      Array.from({ length: 2 + random.below(3) }, () => String.fromCharCode(97 + random.below(26))).join(""),
    );
    const word = () => Array.from({ length: 1 + random.below(3) }, () => syllables[random.below(300)]).join("");
    const prose = Array.from({ length: 150_000 }, word).join(" ");
    expect(prose.length).toBeGreaterThan(800_000);
    const learned = BytePairTokenizer.train(prose, { size: 2000 });
    expect(learned.size).toBe(2000);
    const unbroken = prose.replaceAll(" ", "").slice(0, 200_000);
    for (const each of [prose, unbroken]) expect(learned.decode(learned.encode(each))).toBe(each);
    expect(BytePairTokenizer.train(unbroken, { size: 300 }).size).toBe(300);
  });
});

describe("BytePairTokenizer's errors", () => {
  test("say what there is no room for, or what cannot be read", () => {
    expect(() => BytePairTokenizer.train("abc", { size: 100 })).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer.train: expected size to be at least 256 but got 100. The single symbols and special entries need an id each before anything can be merged.]`,
    );
    expect(() => BytePairTokenizer.train("", { size: 300 })).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer.train: expected a text with something in it but got none. The single symbols and special entries need an id each before anything can be merged.]`,
    );
    expect(() => BytePairTokenizer.train("abc", { size: 1.5 })).toThrow(TokenizerError);
    const tokenizer = BytePairTokenizer.train("abc", { size: 300 });
    expect(() => tokenizer.decode([97, 300])).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer.decode: expected an id from 0 to 255 but got 300 at position 1. Decode with the tokenizer that encoded the text.]`,
    );
  });

  test.each([
    null,
    { kind: "BytePairTokenizer", units: "words", characters: [], merges: [], pad: false, unknown: false },
    { kind: "BytePairTokenizer", units: "bytes", characters: ["a"], merges: [], pad: false, unknown: false },
    { kind: "BytePairTokenizer", units: "bytes", characters: [], merges: [[1]], pad: false, unknown: false },
    { kind: "BytePairTokenizer", units: "bytes", characters: [], merges: [[0, 256]], pad: false, unknown: false },
    { kind: "BytePairTokenizer", units: "bytes", characters: [], merges: [[0, -1]], pad: false, unknown: false },
    { kind: "BytePairTokenizer", units: "characters", characters: ["a", "a"], merges: [], pad: false, unknown: false },
  ])("refuse JSON that is no tokenizer: %j", (json) => {
    expect(() => BytePairTokenizer.fromJSON(json)).toThrow(TokenizerError);
  });

  test("refuse merges that double until a single id would fill the memory", () => {
    const merges = Array.from(
      { length: 60 },
      (_, rank) => [rank === 0 ? 0 : 255 + rank, rank === 0 ? 0 : 255 + rank] as const,
    );
    expect(() => new BytePairTokenizer({ units: "bytes", characters: [], merges })).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer: expected merges of at most 1048576 symbols but got [275,275] at position 20. Pass the parts of a tokenizer that was trained, in their order.]`,
    );
    expect(
      new BytePairTokenizer({ units: "bytes", characters: [], merges: merges.slice(0, 10) }).token(265),
    ).toHaveLength(1024);
  });

  test("name a merge of what is not yet there", () => {
    expect(
      () =>
        new BytePairTokenizer({
          units: "bytes",
          characters: [],
          merges: [
            [0, 1],
            [257, 3],
          ],
        }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[TokenizerError: BytePairTokenizer: expected each merge to join two symbols before it but got [257,3] at position 1. Pass the parts of a tokenizer that was trained, in their order.]`,
    );
  });
});
