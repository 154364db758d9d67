import { describe, expect, test } from "vitest";
import { ParseError, TagError } from "../errors";
import { caught, collect } from "../test-support/outcomes";
import { parseConll, readConll } from "./conll";
import { parseConllu, readConllu } from "./conllu";
import { parseJsonLines, readJsonLines } from "./json-lines";

const columns = ["word", "tag"] as const;

describe("CoNLL", () => {
  const text = "-DOCSTART-\tO\r\n\r\nEmpire\tB-loc\r\nState\tI-loc\r\n\r\n\r\n#1\tO\r\n";

  test("is sentences of columns", async () => {
    const sentences = parseConll(text, { columns });
    expect(sentences).toEqual([
      { columns: { word: ["Empire", "State"], tag: ["B-loc", "I-loc"] }, comments: [], line: 3 },
      { columns: { word: ["#1"], tag: ["O"] }, comments: [], line: 7 },
    ]);
    expect(await collect(readConll(new Blob([text]), { columns }))).toEqual(sentences);
  });

  test("has tabs or white space between columns, and comments where told", () => {
    const sentence = { columns: { word: ["a b", "c"], tag: ["O", "B-x"] }, comments: ["id = 1"], line: 2 };
    expect(parseConll("# id = 1\na b\tO\nc B-x", { columns, comments: true })).toEqual([sentence]);
    expect(() => parseConll("a b O\n", { columns, separator: "tab" })).toThrow(ParseError);
  });

  test("names the line with another number of columns", () => {
    expect(() => parseConll("a\tO\nb\n", { columns })).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseConll: expected 2 columns: word, tag but got 1 in line 2: "b". Name all columns of the file, and leave an empty line between sentences.]`,
    );
  });

  test("names the line of a tag out of order", () => {
    const tags = { tag: "bio" } as const;
    expect(parseConll(text, { columns, tags })).toHaveLength(2);
    const wrong = "a\tB-x\nb\tI-x\n\n# c\nd\tO\ne\tI-x\n";
    expect(() => parseConll(wrong, { columns, tags, comments: true })).toThrowErrorMatchingInlineSnapshot(
      `[TagError: parseConll: expected a tag that may follow "O" but got "I-x" at line 6. A span starts with B and goes on with I of the same type; correct the tag, or read it without a check.]`,
    );
    expect(caught(() => parseConll(wrong, { columns, tags, comments: true }))).toMatchObject({ line: 6, position: 1 });
    expect(() => parseConll("a\tB-x\nb\tI-y\n", { columns, tags })).toThrow(TagError);
    expect(() => parseConll("a\tperson\n", { columns, tags })).toThrowErrorMatchingInlineSnapshot(
      `[TagError: parseConll: expected a tag O, B-type or I-type but got "person" at line 1. Name the scheme of the file, and check the column.]`,
    );
  });
});

describe("CoNLL-U", () => {
  const word = (id: string, form: string, rest = "_\t_\t_\t_\t_\t_\t_\t_") => `${id}\t${form}\t${rest}`;
  const text = [
    "# sent_id = 1",
    "# text = He don't _",
    word("1", "He", "he\tPRON\tPRP\tCase=Nom|Number=Sing\t2\tnsubj\t_\t_"),
    word("2-3", "don't"),
    word("2", "do", "do\tAUX\t_\t_\t0\troot\t_\tSpaceAfter=No"),
    word("3", "n't"),
    word("3.1", "go"),
    word("4", "_", "_\tSYM\t_\t_\t_\t_\t_\t_"),
    "",
    word("1", "Yes"),
  ].join("\n");

  test("is words, ranges and empty nodes", async () => {
    const sentences = parseConllu(text);
    expect(sentences).toHaveLength(2);
    const [first, second] = sentences;
    expect(first).toMatchObject({ comments: ["sent_id = 1", "text = He don't _"], line: 3 });
    expect(first?.words.map(({ form }) => form)).toEqual(["He", "do", "n't", "_"]);
    expect(first?.words[0]).toEqual({
      id: "1",
      form: "He",
      lemma: "he",
      upos: "PRON",
      xpos: "PRP",
      feats: { Case: "Nom", Number: "Sing" },
      head: 2,
      deprel: "nsubj",
      deps: undefined,
      misc: undefined,
    });
    expect(first?.words[3]?.lemma).toBe("_");
    expect(first?.ranges).toEqual([{ first: 2, last: 3, form: "don't" }]);
    expect(first?.emptyNodes.map(({ id }) => id)).toEqual(["3.1"]);
    expect(second).toMatchObject({ line: 10, comments: [] });
    expect(await collect(readConllu(new Blob([text])))).toEqual(sentences);
  });

  test.each([
    { why: "too few columns", lines: ["1\ta\t_"], line: 1 },
    { why: "a number left out", lines: [word("1", "a"), word("3", "b")], line: 2 },
    { why: "a number twice", lines: [word("1", "a"), word("1", "b")], line: 2 },
    { why: "a range that goes back", lines: [word("1", "a"), word("1-2", "ab")], line: 2 },
    { why: "a range within a range", lines: [word("1-3", "abc"), word("1", "a"), word("2-3", "bc")], line: 3 },
    { why: "a range that does not end", lines: [word("1-3", "abc"), word("1", "a"), ""], line: 3 },
    { why: "an empty node ahead", lines: [word("1", "a"), word("2.1", "b")], line: 2 },
    { why: "a head that is none", lines: [word("1", "a", "_\t_\t_\t_\tx\t_\t_\t_")], line: 1 },
    { why: "features without a name", lines: [word("1", "a", "_\t_\t_\tSing\t_\t_\t_\t_")], line: 1 },
  ])("names the line of $why", ({ lines, line }) => {
    expect(caught(() => parseConllu(lines.join("\n")))).toMatchObject({ name: "ParseError", line });
  });

  test("says what should have come", () => {
    expect(() => parseConllu(`${word("1", "a")}\n${word("3", "b")}`)).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseConllu: expected word 2, or an empty node behind word 1 but got 3 in line 2: "3\\tb\\t_\\t_\\t_\\t_\\t_\\t_\\t_\\t_". Number the words of each sentence from 1, and leave an empty line between sentences.]`,
    );
  });
});

describe("JSON lines", () => {
  const text = '\ufeff{"d":1}\r\n\n [2,3]\nnull\n"x"';

  test("are one value each", async () => {
    expect(parseJsonLines(text)).toEqual([{ d: 1 }, [2, 3], null, "x"]);
    expect(await collect(readJsonLines(new Blob([text])))).toEqual([{ d: 1 }, [2, 3], null, "x"]);
  });

  test("name the line that is none", async () => {
    expect(() => parseJsonLines('1\n\n{"a":\n')).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseJsonLines: expected a JSON value on every line but got "{\\"a\\":" in line 3. Write each value on one line of its own.]`,
    );
    await expect(collect(readJsonLines(new Blob(["1\n\nx\n"])))).rejects.toMatchObject({ line: 3 });
  });
});
