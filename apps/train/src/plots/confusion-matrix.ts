import { BLUES, blues, inkOn } from "./color";
import { characters, element, formatNumber, type Svg, svgDocument, text, textWidth, theme } from "./svg";

/** What `confusionMatrix` draws. */
export interface ConfusionMatrixOptions {
  /** The name of each class. */
  labels: readonly string[];
  /** counts[t][p]: how many items of class t were taken for class p. */
  counts: readonly ArrayLike<number>[];
  /** "Confusion matrix" when absent. */
  title?: string;
}

/** Cells shrink as classes grow in number, down to a size that still holds the number in them. */
const CELL = { least: 30, most: 56, together: 480 };
const LABEL_SIZE = 12;
const TITLE_HEIGHT = 64;
const AXIS_TITLE = 24;
const BAR = { gap: 26, width: 14, label: 70, longest: 260 };
/** Column names are turned by this many degrees, so that long ones neither collide nor need much height. */
const TURN = 45;

/**
 * Draws how the items of each true class (rows) were classified (columns). Each row is divided by its sum, so that its
 * cells are shares of the true class, written in per cent from 1 % up; the number of items stands at the right of the row.
 *
 * @returns a self-contained SVG document, as large as its labels need
 * @throws RangeError if counts is not a square of non-negative numbers with one row per label
 */
export function confusionMatrix({ labels, counts, title = "Confusion matrix" }: ConfusionMatrixOptions): string {
  const shares = rowShares(labels, counts);
  const sums = counts.map((row) => sumOf(row));
  const cell = Math.min(Math.max(Math.floor(CELL.together / labels.length), CELL.least), CELL.most);
  const size = labels.length * cell;
  const longest = Math.max(...labels.map((label) => textWidth(label, LABEL_SIZE)));
  const sumWidth = Math.max(...sums.map((sum) => textWidth(formatNumber(sum), 11)), textWidth("items", 11));
  const left = AXIS_TITLE + 12 + longest + 10;
  const top = TITLE_HEIGHT;
  const turned = longest * Math.sin((TURN * Math.PI) / 180);
  const bar = left + size + 10 + sumWidth + BAR.gap;
  const width = Math.ceil(Math.max(bar + BAR.width + BAR.label, 24 + textWidth(title, 18) * 1.1 + 24));
  const height = Math.ceil(top + size + turned + 22 + AXIS_TITLE + 12);
  return svgDocument(width, height, title, [
    text(title, 24, 32, { "font-size": 18, "font-weight": 600, fill: theme.ink }),
    ...cells(shares, labels, left, top, cell),
    ...rowLabels(labels, sums, left, top, cell),
    ...columnLabels(labels, left, top + size, cell),
    text("true class", 0, 0, {
      transform: `translate(24 ${top + size / 2}) rotate(-90)`,
      "text-anchor": "middle",
      "font-size": 13,
    }),
    text("predicted class", left + size / 2, height - 14, { "text-anchor": "middle", "font-size": 13 }),
    ...colorBar(bar, top, Math.min(size, BAR.longest)),
  ]);
}

/** Each row divided by its sum; a class without items has a row of zeros. */
export function rowShares(labels: readonly string[], counts: readonly ArrayLike<number>[]): number[][] {
  if (labels.length === 0 || counts.length !== labels.length) {
    throw new RangeError(
      `confusionMatrix: counts should have a row for each of the ${labels.length} labels but has ${counts.length}. ` +
        "Pass counts[t][p] for every true class t and predicted class p.",
    );
  }
  return counts.map((row, index) => {
    const values = Array.from(row);
    if (values.length !== labels.length || values.some((count) => !(count >= 0 && Number.isFinite(count)))) {
      throw new RangeError(
        `confusionMatrix: row ${index} should be ${labels.length} counts of at least 0 but is [${values.join(", ")}]. ` +
          "Pass counts[t][p] for every true class t and predicted class p.",
      );
    }
    const sum = sumOf(values);
    return values.map((count) => (sum === 0 ? 0 : count / sum));
  });
}

function cells(shares: readonly number[][], labels: readonly string[], left: number, top: number, cell: number): Svg[] {
  return shares.flatMap((row, t) =>
    row.flatMap((share, p) => {
      const x = left + p * cell;
      const y = top + t * cell;
      const tip = element("title", {}, [characters(`${labels[t]} → ${labels[p]}: ${(100 * share).toFixed(1)} %`)]);
      const frame = { x, y, width: cell, height: cell, fill: blues(share), stroke: theme.grid, "stroke-width": 0.75 };
      const percent = Math.round(100 * share);
      if (percent < 1) return [element("rect", frame, [tip])];
      const place = { "text-anchor": "middle", "font-size": 10.5, fill: inkOn(share) };
      return [element("rect", frame, [tip]), text(String(percent), x + cell / 2, y + cell / 2 + 4, place)];
    }),
  );
}

function rowLabels(labels: readonly string[], sums: readonly number[], left: number, top: number, cell: number): Svg[] {
  const right = left + labels.length * cell + 10;
  return [
    text("items", right, top - 10, { "font-size": 11 }),
    ...labels.flatMap((label, t) => {
      const y = top + (t + 0.5) * cell + 4;
      return [
        text(label, left - 10, y, { "text-anchor": "end", "font-size": LABEL_SIZE, fill: theme.ink }),
        text(formatNumber(sums[t] ?? 0), right, y, { "font-size": 11 }),
      ];
    }),
  ];
}

function columnLabels(labels: readonly string[], left: number, bottom: number, cell: number): Svg[] {
  return labels.map((label, p) =>
    text(label, 0, 0, {
      transform: `translate(${left + (p + 0.5) * cell + 4} ${bottom + 16}) rotate(${-TURN})`,
      "text-anchor": "end",
      "font-size": LABEL_SIZE,
      fill: theme.ink,
    }),
  );
}

function colorBar(left: number, top: number, height: number): Svg[] {
  const bottom = top + height;
  const stops = BLUES.map((color, n) => element("stop", { offset: n / (BLUES.length - 1), "stop-color": color }));
  return [
    text("share of the true class", 0, 0, {
      transform: `translate(${left + BAR.width + 58} ${top + height / 2}) rotate(90)`,
      "text-anchor": "middle",
      "font-size": 11,
    }),
    element("linearGradient", { id: "share", x1: 0, y1: 1, x2: 0, y2: 0 }, stops),
    element("rect", { x: left, y: top, width: BAR.width, height, fill: "url(#share)", stroke: theme.axis }),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) =>
      text(`${100 * share} %`, left + BAR.width + 6, bottom - share * height + 4, { "font-size": 11 }),
    ),
  ];
}

function sumOf(row: ArrayLike<number>): number {
  return Array.from(row).reduce((sum, count) => sum + count, 0);
}
