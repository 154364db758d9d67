import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { isExact, readTables } from "../accumulator/task";
import { letterIds } from "../hello/letters";
import { loadDigits, readDigits } from "../pendigits/data";
import { FEATURES, POINTS, resample } from "../pendigits/resample";
import { loadTagged, readTagged } from "../pos/data";
import { loadReviews, readReviews } from "../sentiment/data";
import { featuresOf } from "../tagging/features";
import { refusal, useFolder } from "../test-support/files";

const folder = useFolder();
const file = folder.file;

test("a stroke of even speed or not gives the same points, at equal distances and in the square from −1 to 1", () => {
  const even = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [10 * x, 5] as const);
  const features = resample([even]);
  expect(features).toHaveLength(POINTS * FEATURES);
  const uneven = resample([[even[0] ?? [0, 0], even[1] ?? [0, 0], even[7] ?? [0, 0]]]);
  for (const [n, value] of features.entries()) expect(uneven[n]).toBeCloseTo(value, 12);
  expect([features[0], features[1], features.at(-5)]).toEqual([-1, 0, 1]);
  expect(features.slice(5, 10).map((value) => Number(value.toFixed(6)))).toEqual([-0.714286, 0, 0.285714, 0, 0]);
});

test("a lift of the pen is counted once, the way through the air not at all, and a dot is a point eight times", () => {
  const features = resample([
    [
      [0, 0],
      [0, 70],
    ],
    [
      [500, 0],
      [500, 70],
    ],
  ]);
  const lifts = Array.from({ length: POINTS }, (_, n) => features[n * FEATURES + 4]);
  expect(lifts).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  expect(resample([[[3, 4]]])).toEqual(new Array(POINTS * FEATURES).fill(0));
});

test("digits are read from .jsonl.gz in a folder, the last tenth held out; a value of another form is named", async () => {
  const line = (d: number) =>
    JSON.stringify({
      d,
      s: [
        [
          [0, d],
          [1, 2],
        ],
      ],
    });
  await file("a.jsonl.gz", gzipSync(Array.from({ length: 20 }, (_, n) => line(n % 10)).join("\n")));
  const { train, dev } = await loadDigits(folder.path);
  expect([train.length, dev.map(({ digit }) => digit)]).toEqual([18, [8, 9]]);
  const bad = await file("b.jsonl", `${line(3)}\n{"d":10,"s":[[[1,2]]]}\n`);
  expect(await refusal(readDigits(bad))).toMatchInlineSnapshot(
    `"b.jsonl: item 2 should be {"d": 0 to 9, "s": [[[x, y], …], …]} with a point or more but is {"d":10,"s":[[[1,2]]]}. Correct it or leave it out."`,
  );
  expect(await refusal(readDigits(join(folder.path, "none")))).toContain("none cannot be read. Give a file such as");
});

test("sentences are lower-cased words and marks with a label, words that occur once are unknown; another line is named", async () => {
  const lines = Array.from({ length: 60 }, (_, n) => `${n % 2}\tIt is number${n}, ${n % 2 ? "Good" : "bad"}!`);
  const path = await file("a.tsv", `${lines.join("\n")}\n`);
  const { train, dev, facts } = await loadReviews(path);
  expect(train.length + dev.length).toBe(60);
  expect(dev.length).toBeGreaterThan(0);
  expect([...facts.words.entries].sort()).toEqual(["!", ",", "bad", "good", "is", "it"]);
  expect((await readReviews(path))[1]).toEqual({ label: 1, words: ["it", "is", "number1", ",", "good", "!"] });
  const bad = await file("b.tsv", "1\tfine\n2\tneither\n");
  expect(await refusal(readReviews(bad))).toMatchInlineSnapshot(
    `"b.tsv: line 2 should be 0 or 1, a tab and a sentence but is "2	neither". Correct it."`,
  );
});

test("a table is exact only if every number is; its columns are named", async () => {
  const path = await file("t.csv", "x1,x2,x3,y\n3,1,0,0\n1,0,1,3\n");
  const tables = await readTables(path);
  expect(tables).toEqual([
    [
      { x1: 3, x2: 1, x3: 0, y: 0 },
      { x1: 1, x2: 0, x3: 1, y: 3 },
    ],
  ]);
  expect(isExact(tables, [[0, 3]])).toBe(true);
  expect(isExact(tables, [[0, 3.0000002]])).toBe(false);
  expect(isExact(tables, [[0]])).toBe(false);
});

test("a word of other letters is refused", () => {
  expect(letterIds("HELL", ["H", "E", "L", "O"])).toEqual([0, 1, 2, 2]);
  expect(() => letterIds("HALLO", ["H", "E", "L", "O"])).toThrowErrorMatchingInlineSnapshot(
    `[TaskError: hello: a word should have two letters or more, all of H, E, L, O, but is "HALLO". Leave it out.]`,
  );
});

test("sentences of columns become features and tags; a tag that was not trained on is named", async () => {
  const rows = ["The\tthe\tDET\tDT", "dogs\tdog\tNOUN\tNNS", "", "The\tthe\tDET\tDT", "dogs\tdog\tVERB\tVBZ"];
  await file("train.tsv.gz", gzipSync(`${rows.join("\n")}\n`));
  await file("dev.tsv", "Dogs\tdog\tNOUN\tNNS\n");
  const { facts, train, dev } = await loadTagged(folder.path);
  expect(facts.tags).toEqual(["DET", "NOUN", "VERB"]);
  expect([...(facts.vocabularies[0]?.entries ?? [])].sort()).toEqual(["dogs", "the"]);
  expect([train, dev]).toEqual([
    [
      { words: ["The", "dogs"], tags: [0, 1] },
      { words: ["The", "dogs"], tags: [0, 2] },
    ],
    [{ words: ["Dogs"], tags: [1] }],
  ]);
  expect(featuresOf("McDonald's-3")).toEqual(["mcdonald's-3", "s-3", "-3", "mcd", "XxXx'x"]);
  expect(await refusal(readTagged(await file("other.tsv", "a\ta\tX\tFW\n"), facts))).toMatchInlineSnapshot(
    `"The tag X should be one that was trained on: DET, NOUN, VERB. Correct it."`,
  );
  expect(await refusal(loadTagged(join(folder.path, "dev.tsv")))).toContain("should be a folder with train.tsv.gz");
});
