import { describe, expect, test } from "vitest";
import { type LossPoint, lossCurve } from "./loss-curve";

const points = (losses: number[], every = 1): LossPoint[] => losses.map((loss, n) => ({ step: every * (n + 1), loss }));

/** The corners of the path drawn in a colour, in pixels, one list for each piece. */
function corners(svg: string, color: string): [number, number][][] {
  const d = svg.match(new RegExp(`<path d="([^"]*)" fill="none" stroke="${color}"`))?.[1] ?? "";
  const pieces = d.split("M").filter((piece) => piece !== "");
  return pieces.map((piece) =>
    piece.split("L").map((corner) => {
      const [x = Number.NaN, y = Number.NaN] = corner.split(" ").map(Number);
      return [x, y] as [number, number];
    }),
  );
}

const TRAIN = "#2b6cb0";
const EVAL = "#c2410c";
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);

describe("lossCurve", () => {
  test("draws losses to scale: zero at the bottom, step 0 at the left", () => {
    const svg = lossCurve({ train: points([4, 3, 2, 1]), eval: [], title: "Run" });
    // The plot is 68 to 736 px wide and 384 to 76 px high; its axes end at step 4 and at a loss of 4.
    expect(corners(svg, TRAIN)).toEqual([
      [
        [235, 76],
        [402, 153],
        [569, 230],
        [736, 307],
      ],
    ]);
  });

  test("has a title, axis labels, ticks and a legend", () => {
    const svg = lossCurve({ train: points([4, 3]), eval: points([3.5], 2), title: "Run" });
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        "Run",
        "training",
        "evaluation",
        "training step",
        "loss (nats)",
        "0",
        "1",
        "2",
        "3",
        "4",
      ]),
    );
    expect(texts(lossCurve({ train: points([1]), eval: [], title: "Run" }))).not.toContain("evaluation");
    expect(texts(lossCurve({ train: points([1]), eval: [], title: "Run", lossLabel: "bits" }))).toContain("bits");
  });

  test("marks each evaluation with a dot on its line", () => {
    const svg = lossCurve({ train: points([4, 4, 4, 4]), eval: points([2, 1], 2), title: "Run" });
    const line = corners(svg, EVAL)[0] ?? [];
    expect(line).toHaveLength(2);
    for (const [x, y] of line) expect(svg).toContain(`<circle cx="${x}" cy="${y}" r="3.5"`);
  });

  test("draws means and ranges of many steps, and says of how many", () => {
    const losses = Array.from({ length: 600 }, (_, n) => (n % 2 === 0 ? 1 : 3));
    const svg = lossCurve({ train: points(losses), eval: [], title: "Run" });
    const [line = []] = corners(svg, TRAIN);
    expect(line).toHaveLength(120);
    expect(new Set(line.slice(0, -1).map(([, y]) => y)).size).toBe(2); // 5 losses: a mean of 1.8 or 2.2
    expect(texts(svg)).toContain("training (mean and range of 5 steps)");
    const band = svg.match(/<path d="([^"]*)Z" fill="#2b6cb0"/)?.[1] ?? "";
    const heights = band.split(/[ML]/).flatMap((corner) => (corner === "" ? [] : [Number(corner.split(" ")[1])]));
    expect(new Set(heights)).toEqual(new Set([76, 281.33])); // losses 3 and 1 on an axis that ends at 3
  });

  test("leaves a gap where the loss is not finite", () => {
    const svg = lossCurve({ train: points([3, Number.NaN, 2, 1, Number.POSITIVE_INFINITY]), eval: [], title: "Run" });
    expect(corners(svg, TRAIN).map((piece) => piece.length)).toEqual([1, 2]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  test("leaves a gap in the range, too, where one of a bin's losses is not finite", () => {
    const losses = Array.from({ length: 240 }, (_, n) => (n === 100 ? Number.NaN : 1 + (n % 2)));
    const svg = lossCurve({ train: points(losses), eval: [], title: "Run" });
    const bands = svg.match(/<path d="([^"]*)" fill="#2b6cb0"/)?.[1]?.split("Z") ?? [];
    // Bins of 2: 50 before the gap and 69 behind it, each with an upper and a lower corner.
    expect(bands.map((band) => band.split(/[ML]/).length - 1)).toEqual([100, 138, 0]);
  });

  test.each([
    { name: "no losses", train: [] },
    { name: "one loss", train: points([2]) },
    { name: "equal losses of zero", train: points([0, 0]) },
    { name: "losses below zero", train: points([-1, -2]) },
    { name: "tiny losses", train: points([3e-9, 1e-9]) },
    { name: "200,000 losses", train: points(Array.from({ length: 200_000 }, () => 1)) },
  ])("draws $name without a number that is none", ({ train }) => {
    const svg = lossCurve({ train, eval: [], title: "Run" });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    for (const [x, y] of corners(svg, TRAIN).flat()) {
      expect(x).toBeGreaterThanOrEqual(68);
      expect(x).toBeLessThanOrEqual(736);
      expect(y).toBeGreaterThanOrEqual(76);
      expect(y).toBeLessThanOrEqual(384);
    }
    expect(corners(svg, TRAIN).flat().length > 0).toBe(train.length > 0);
  });

  test("writes large and small losses in few characters", () => {
    expect(texts(lossCurve({ train: points([600_000]), eval: [], title: "Run" }))).toContain("6e5");
    expect(texts(lossCurve({ train: points([6e-5]), eval: [], title: "Run" }))).toContain("6e-5");
  });

  test("escapes the title", () => {
    const svg = lossCurve({ train: [], eval: [], title: "<script>&'\"" });
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&lt;script&gt;&amp;&#39;&quot;</text>");
  });
});
