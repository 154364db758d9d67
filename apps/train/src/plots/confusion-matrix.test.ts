import { describe, expect, test } from "vitest";
import { blues } from "./color";
import { confusionMatrix, rowShares } from "./confusion-matrix";

const labels = ["Czech", "Polish", "Slovak"];
const counts = [
  [6, 3, 1],
  [20, 979, 1],
  [0, 0, 0],
];
/** The cells as [x, y, fill, tooltip], row by row. */
const cells = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"[^>]*fill="([^"]+)"[^>]*><title>([^<]*)<\/title><\/rect>/g)].map(
    ([, x, y, fill, tip]) => ({ x: Number(x), y: Number(y), fill, tip }),
  );
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
const size = (svg: string) =>
  svg
    .match(/width="(\d+)" height="(\d+)"/)
    ?.slice(1)
    .map(Number) ?? [];

describe("confusionMatrix", () => {
  test("divides each row by its sum", () => {
    expect(rowShares(labels, counts)).toEqual([
      [0.6, 0.3, 0.1],
      [0.02, 0.979, 0.001],
      [0, 0, 0],
    ]);
  });

  test("colours cells by share, true classes down and predicted ones across", () => {
    const drawn = cells(confusionMatrix({ labels, counts }));
    expect(drawn.map(({ fill }) => fill)).toEqual([0.6, 0.3, 0.1, 0.02, 0.979, 0.001, 0, 0, 0].map(blues));
    expect(drawn.map(({ tip }) => tip).slice(0, 3)).toEqual([
      "Czech → Czech: 60.0 %",
      "Czech → Polish: 30.0 %",
      "Czech → Slovak: 10.0 %",
    ]);
    const [first, right, , below] = drawn;
    expect(right?.y).toBe(first?.y);
    expect(below?.x).toBe(first?.x);
    expect((right?.x ?? 0) - (first?.x ?? 0)).toBe((below?.y ?? 0) - (first?.y ?? 0));
  });

  test("writes per cents from 1 up, sums, labels on both axes, a title and a colour scale", () => {
    const written = texts(confusionMatrix({ labels, counts, title: "Names" }));
    expect(written.filter((text) => /^\d+$/.test(text ?? ""))).toEqual(["60", "30", "10", "2", "98", "10", "0"]);
    expect(written).toContain("1,000");
    for (const label of labels) expect(written.filter((text) => text === label)).toHaveLength(2);
    expect(written).toEqual(expect.arrayContaining(["Names", "true class", "predicted class", "0 %", "50 %", "100 %"]));
    expect(texts(confusionMatrix({ labels, counts }))).toContain("Confusion matrix");
  });

  test("grows with its classes and with its labels", () => {
    const square = (n: number, label: string) =>
      size(
        confusionMatrix({
          labels: Array.from({ length: n }, () => label),
          counts: Array.from({ length: n }, () => new Uint32Array(n)),
        }),
      );
    const [width = 0, height = 0] = square(20, "English");
    const [moreWidth = 0, moreHeight = 0] = square(25, "English");
    expect(moreWidth - width).toBe(5 * 30);
    expect(moreHeight - height).toBe(5 * 30);
    const [longWidth = 0, longHeight = 0] = square(20, "Scottish Gaelic");
    expect(longWidth).toBeGreaterThan(width + 40);
    expect(longHeight).toBeGreaterThan(height + 25);
  });

  test("escapes labels and title", () => {
    const svg = confusionMatrix({
      labels: ["<b>", "&"],
      counts: [
        [1, 0],
        [0, 1],
      ],
      title: '"<i>"',
    });
    expect(svg).not.toMatch(/<b>|<i>|& /);
    expect(texts(svg)).toEqual(expect.arrayContaining(["&lt;b&gt;", "&amp;", "&quot;&lt;i&gt;&quot;"]));
  });

  test("refuses counts that are no square of the labels", () => {
    expect(() => confusionMatrix({ labels, counts: [[1]] })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: confusionMatrix: counts should have a row for each of the 3 labels but has 1. Pass counts[t][p] for every true class t and predicted class p.]`,
    );
    expect(() => confusionMatrix({ labels: ["a"], counts: [[-1]] })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: confusionMatrix: row 0 should be 1 counts of at least 0 but is [-1]. Pass counts[t][p] for every true class t and predicted class p.]`,
    );
    expect(() => confusionMatrix({ labels: ["a"], counts: [[Number.NaN]] })).toThrow(RangeError);
    expect(() => confusionMatrix({ labels: [], counts: [] })).toThrow(RangeError);
  });
});
