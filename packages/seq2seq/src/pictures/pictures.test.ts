import { describe, expect, test } from "vitest";
import {
  alignmentSvg,
  type Canvas2D,
  drawAlignment,
  drawHeadMaps,
  drawImageAttention,
  headMapsSvg,
  imageAttentionSvg,
  upsampleAttention,
} from ".";
import { blackPng } from "./png";
import { escapeXml } from "./svg";

const alignment = {
  weights: { data: [0.1, 0.6, 0.3, 0, 0.2, 0.8], shape: [2, 3] },
  source: ["le", "<chat>", '& "noir"'],
  target: ["the", "قطة"],
};

/** A canvas context that writes down what it is asked for. */
function recorder() {
  const calls: { name: string; args: readonly unknown[]; style: unknown; alpha: number }[] = [];
  const note =
    (name: string) =>
    (...args: readonly unknown[]): void => {
      calls.push({ name, args, style: context.fillStyle, alpha: context.globalAlpha });
    };
  const context: Canvas2D<string> = {
    fillStyle: "#123456",
    strokeStyle: "",
    globalAlpha: 1,
    font: "",
    textAlign: "",
    textBaseline: "",
    save: note("save"),
    restore: note("restore"),
    translate: note("translate"),
    rotate: note("rotate"),
    fillRect: note("fillRect"),
    strokeRect: note("strokeRect"),
    fillText: note("fillText"),
    drawImage: note("drawImage"),
  };
  const of = (name: string) => calls.filter((call) => call.name === name);
  return { context, of };
}

const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length;

describe("alignmentSvg", () => {
  test("has a cell for each weight, the strongest whole, and a label for each token", () => {
    const svg = alignmentSvg(alignment);
    const strengths = [...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, strength]) => Number(strength));
    expect(strengths).toEqual([0.125, 0.75, 0.375, 0, 0.25, 1]);
    expect(count(svg, /<text /g)).toBe(5);
    expect(svg).toContain("<title>قطة ← le: 0.000</title>");
  });

  test("escapes text, and sets each label's direction apart", () => {
    const svg = alignmentSvg({ ...alignment, title: "<script>alert(1)</script>" });
    expect(svg).not.toMatch(/<script|<chat>/);
    expect(svg).toContain("\u2068&lt;chat&gt;\u2069");
    expect(svg).toContain("&amp; &quot;noir&quot;");
    expect(svg).toContain("\u2068قطة\u2069");
    expect(escapeXml("a\u0000b\ud800")).toBe("a\ufffdb\ufffd");
  });

  test("is in the colour of the text around it, or has a ground of its own", () => {
    expect(alignmentSvg(alignment)).toContain('fill="currentColor"');
    expect(alignmentSvg(alignment)).not.toContain("#ffffff");
    expect(alignmentSvg(alignment, { theme: "dark" })).toMatch(
      /fill="#e6edf3".*<rect width="[\d.]+" height="[\d.]+" fill="#0d1117"\/>/,
    );
  });

  test("keeps long labels short, and what it draws within its size", () => {
    const source = ["a".repeat(60), "b", "c".repeat(24)];
    const svg = alignmentSvg({ ...alignment, source });
    expect(svg).toContain(`\u2068${"a".repeat(23)}…\u2069`);
    const [, width = 0, height = 0] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number);
    const cells = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="22"/g)];
    expect(cells).toHaveLength(6);
    for (const [, x, y] of cells) {
      expect(Number(x) + 22).toBeLessThan(width);
      expect(Number(y) + 22).toBeLessThan(height);
    }
  });

  test("says what is wrong", () => {
    const { weights } = alignment;
    expect(() => alignmentSvg({ ...alignment, target: ["the"] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: alignmentSvg: weights should be [1, 3], a number for each but is [2, 3] with 6 numbers. A row of weights belongs to each token of the target, the end included.]`,
    );
    expect(() => alignmentSvg({ ...alignment, weights: { ...weights, data: [1] } })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: alignmentSvg: weights should be [2, 3], a number for each but is [2, 3] with 1 numbers. A row of weights belongs to each token of the target, the end included.]`,
    );
    expect(() =>
      Reflect.apply(alignmentSvg, undefined, [{ ...alignment, weights: undefined }]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: alignmentSvg: weights should be attention weights but is undefined. Pass weights: true to the search, which then returns them.]`,
    );
    const padded = { data: new Array(8).fill(0.25), shape: [2, 4] };
    expect(() => alignmentSvg({ ...alignment, weights: padded })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: alignmentSvg: weights should be [2, 3], a number for each but is [2, 4] with 8 numbers. Cut the columns to the source's length, without its padding.]`,
    );
    const negative = { ...weights, data: [0, 1, 0, 0, -1, 0] };
    expect(() => alignmentSvg({ ...alignment, weights: negative })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: alignmentSvg: weights.data[4] should be a finite number from 0 but is -1.]`,
    );
  });
});

test("drawAlignment paints the same on a canvas, in its own ink, and leaves it as it was", () => {
  const { context, of } = recorder();
  const size = drawAlignment(context, alignment);
  expect(size.width).toBeGreaterThan(66);
  expect(of("fillRect").map(({ alpha }) => alpha)).toEqual([0.1 / 0.8, 0.6 / 0.8, 0.3 / 0.8, 0, 0.25, 1]);
  expect(of("fillText").map(({ style }) => style)).toEqual(new Array(5).fill("#123456"));
  expect(of("save")).toHaveLength(of("restore").length);
  const dark = recorder();
  drawAlignment(dark.context, alignment, { theme: "dark" });
  expect(dark.of("fillRect")[0]).toMatchObject({ style: "#0d1117", args: [0, 0, size.width, size.height] });
});

describe("headMapsSvg", () => {
  const data = [...alignment.weights.data, 1, 0, 0, 0, 0.5, 0.5];
  const maps = { ...alignment, weights: { data, shape: [2, 2, 3] } };

  test("has a map for each head, by its own largest weight", () => {
    const svg = headMapsSvg(maps);
    const strengths = [...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, strength]) => Number(strength));
    expect(strengths).toEqual([0.125, 0.75, 0.375, 0, 0.25, 1, 1, 0, 0, 0, 0.5, 0.5]);
    expect(svg).toContain("head 2");
    expect(headMapsSvg({ ...maps, heads: ["x", "y"] })).toContain("\u2068y\u2069");
  });

  test("begins a new line after so many", () => {
    const heightOf = (svg: string): number => Number(/height="([\d.]+)"/.exec(svg)?.[1]);
    expect(heightOf(headMapsSvg({ ...maps, columns: 1 }))).toBeGreaterThan(heightOf(headMapsSvg(maps)));
    const { context, of } = recorder();
    expect(drawHeadMaps(context, maps).height).toBe(heightOf(headMapsSvg(maps)));
    expect(of("fillRect")).toHaveLength(12);
  });

  test("says what is wrong", () => {
    expect(() => headMapsSvg({ ...maps, columns: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: headMapsSvg: columns should be a positive whole number but is 0.]`,
    );
    expect(() => headMapsSvg({ ...maps, heads: ["only one"] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: headMapsSvg: weights should be [1, 2, 3], a number for each but is [2, 2, 3] with 12 numbers. A row of weights belongs to each token of the target, the end included.]`,
    );
  });
});

describe("imageAttentionSvg", () => {
  const attention = {
    weights: { data: [1, 0, 0, 0, 0, 0, 0, 1], shape: [2, 4] },
    grid: [2, 2],
    words: ["a", "b"],
  } as const;

  test("has the image for each word, and the shade over it: clear where the word looked", async () => {
    const svg = imageAttentionSvg('x.png"onload="', { ...attention, size: { width: 32, height: 16 } });
    expect(count(svg, /href="x.png&quot;onload=&quot;"/g)).toBe(2);
    const [first = "", second = ""] = [...svg.matchAll(/base64,([^"]+)/g)].map(([, text]) => text as string);
    const [one, other] = [await alphaOf(first), await alphaOf(second)];
    const darkest = Math.round(255 * 0.78);
    expect([one.at(0), one.at(-1), other.at(0), other.at(-1)]).toEqual([0, darkest, darkest, 0]);
    expect(one).toHaveLength(32);
    expect(imageAttentionSvg(undefined, attention)).not.toContain("x.png");
  });

  test("puts cells where an encoder's geometry has them, however large the image is drawn", async () => {
    const geometry = { image: [6, 6], stride: [2, 2], start: [1, 1] } as const;
    const bare = { weights: { data: [0, 0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 9] }, grid: [3, 3], words: ["a"] } as const;
    const alphas = (svg: string) => alphaOf(/base64,([^"]+)/.exec(svg)?.[1] ?? "");
    const even = imageAttentionSvg(undefined, { ...bare, size: { width: 96, height: 96 } });
    const placed = imageAttentionSvg(undefined, { ...bare, size: { width: 96, height: 96 }, upsample: geometry });
    expect(await alphas(placed)).toEqual(await alphas(even)); // cells that share the image out evenly
    const apart = { ...geometry, start: [3, 3], method: "nearest" } as const;
    const moved = imageAttentionSvg(undefined, { ...bare, size: { width: 96, height: 96 }, upsample: apart });
    const lit = [...(await alphas(moved)).entries()].filter(([, alpha]) => alpha === 0).map(([at]) => at);
    // a third of 24 shades each way, about the centre at 5 of 6 pixels
    expect([lit.length, lit[0], lit.at(-1)]).toEqual([64, 16 * 24 + 16, 23 * 24 + 23]);
  });

  test("is drawn on a canvas too", () => {
    const { context, of } = recorder();
    drawImageAttention(context, "picture", { ...attention, size: { width: 32, height: 16 } });
    expect(of("drawImage").map(({ args }) => args)).toEqual([
      ["picture", 8, 8, 32, 16],
      ["picture", 48, 8, 32, 16],
    ]);
    expect(of("fillRect")).toHaveLength(2 * 32);
    expect(of("fillRect")[0]?.alpha).toBe(0);
    expect(of("fillText").map(({ args }) => args[0])).toEqual(["\u2068a\u2069", "\u2068b\u2069"]);
  });

  test("says what is wrong", () => {
    expect(() => imageAttentionSvg("x", { ...attention, grid: [2, 3] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageAttentionSvg: weights should be [2, 6], a number for each but is [2, 4] with 8 numbers. A row of weights belongs to each token of the target, the end included.]`,
    );
    expect(() => imageAttentionSvg("x", { ...attention, grid: [4, 0] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageAttentionSvg: grid should be two positive whole numbers, [rows, columns] but is [4, 0].]`,
    );
    const size = { width: 0, height: 1 };
    expect(() => imageAttentionSvg("x", { ...attention, size })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: imageAttentionSvg: size should be positive but is 0 by 1.]`,
    );
  });
});

/** The opacities in a PNG of grey with alpha. */
async function alphaOf(base64: string): Promise<number[]> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const at = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === "IDAT");
  const packed = new Blob([bytes.subarray(at + 4, at + 4 + view.getUint32(at - 4))]);
  const plain = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const lines = new Uint8Array(await new Response(plain).arrayBuffer());
  const [columns, rows] = [view.getUint32(16), view.getUint32(20)];
  return Array.from({ length: rows * columns }, (_, i) => {
    const line = Math.floor(i / columns) * (1 + 2 * columns);
    return lines[line + 2 + 2 * (i % columns)] as number;
  });
}

test("a PNG holds what it is given, in blocks of which one is not enough", async () => {
  const alpha = Uint8Array.from({ length: 300 * 200 }, (_, i) => (i * 7) % 256);
  expect(await alphaOf(blackPng(alpha, 200, 300).split(",")[1] ?? "")).toEqual(Array.from(alpha));
});

describe("upsampleAttention", () => {
  test("is bilinear between the centres of cells, and level past them", () => {
    const up = upsampleAttention({ data: [0, 1, 2, 4], shape: [2, 2] }, { height: 4, width: 4 });
    const level = [0, 0.25, 0.75, 1];
    const expected = level.flatMap((v) => level.map((u) => (1 - v) * u + v * (2 + 2 * u)));
    expect(Array.from(up)).toEqual(expected);
    expect(Array.from(upsampleAttention({ data: [3], shape: [1, 1] }, { height: 1, width: 3 }))).toEqual([3, 3, 3]);
    const same = [0.5, 0.25, 0.125, 1, 0, 2];
    expect(Array.from(upsampleAttention({ data: same, shape: [2, 3] }, { height: 2, width: 3 }))).toEqual(same);
  });

  test("by nearest has each cell's own pixels", () => {
    const up = upsampleAttention({ data: [1, 2, 3, 4], shape: [2, 2] }, { height: 4, width: 6, method: "nearest" });
    const rows = [
      [1, 1, 1, 2, 2, 2],
      [3, 3, 3, 4, 4, 4],
    ];
    expect(Array.from(up)).toEqual([rows[0], rows[0], rows[1], rows[1]].flat());
  });

  test("by a Gaussian weighs cells by their distance, and leaves a level map as it is", () => {
    const options = { height: 1, width: 8, stride: [1, 2], start: [0.5, 1], sigma: 0.75, method: "gaussian" } as const;
    const data = [1, 5, 2, 7];
    const wanted = Array.from({ length: 8 }, (_, x) => {
      const g = data.map((_value, i) => Math.exp(-(((x + 0.5 - 1) / 2 - i) ** 2) / (2 * 0.75 ** 2)));
      return g.reduce((sum, share, i) => sum + share * (data[i] as number), 0) / g.reduce((a, b) => a + b);
    });
    const up = upsampleAttention({ data, shape: [1, 4] }, options);
    for (const [x, value] of up.entries()) expect(value).toBeCloseTo(wanted[x] as number, 6);
    const level = upsampleAttention({ data: [3, 3, 3, 3], shape: [2, 2] }, { ...options, height: 3, start: [90, 900] });
    for (const value of level) expect(value).toBeCloseTo(3, 6);
  });

  test("puts cells where the encoder has them", () => {
    const options = { height: 1, width: 7, stride: [1, 3], start: [0.5, 0.5] } as const;
    const up = upsampleAttention({ data: [0, 3, 6], shape: [1, 3] }, options);
    expect(Array.from(up)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const nearest = upsampleAttention({ data: [0, 3, 6], shape: [1, 3] }, { ...options, method: "nearest" });
    expect(Array.from(nearest)).toEqual([0, 0, 3, 3, 3, 6, 6]);
  });

  test("says what is wrong", () => {
    const grid = { data: [0, 1], shape: [1, 2] };
    const size = { height: 2, width: 2 };
    for (const options of [{ sigma: 0 }, { stride: [0, 1] }, { start: [Number.NaN, 0] }] as const) {
      expect(() => upsampleAttention(grid, { ...size, ...options, method: "gaussian" })).toThrow("upsampleAttention");
    }
    expect(() => upsampleAttention(grid, { ...size, method: "cubic" as "nearest" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: upsampleAttention: method should be nearest, bilinear, gaussian but is cubic.]`,
    );
    expect(() => upsampleAttention(grid, { ...size, stride: [1, -1] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: upsampleAttention: stride should be a positive number but is -1.]`,
    );
    expect(() => upsampleAttention(grid, { height: 0, width: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: upsampleAttention: height should be a positive whole number but is 0.]`,
    );
    expect(() =>
      upsampleAttention({ ...grid, shape: [2] }, { height: 1, width: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: upsampleAttention: weights should be [rows, columns], a number for each but is [2] with 2 numbers. A row of weights belongs to each token of the target, the end included.]`,
    );
  });
});
