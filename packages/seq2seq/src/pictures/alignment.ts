import { expectKnown } from "@unroll/nn";
import { type Canvas2D, type CanvasOptions, paint } from "./canvas";
import { type Item, labelOf, type Scene, themeOf, titleItem, widthOf } from "./scene";
import { type SvgOptions, toSvg } from "./svg";
import { expectLabels, expectWeights, largest, type Weights } from "./weights";

/** What was aligned with what. */
export interface Alignment {
  /** [T, S]: how much each token of the target attended to each of the source. */
  readonly weights: Weights;
  /** S labels, drawn across the top. */
  readonly source: readonly string[];
  /** T labels, drawn down the side. */
  readonly target: readonly string[];
  readonly title?: string;
}

const CELL = 22;
const GAP = 8;
const LINE = 20;
/** How steeply labels across the top rise: they then need little more room than they are high. */
const SLOPE = -50;

/**
 * The alignment matrix as SVG: source across, target down, the stronger the more was attended to.
 * @throws ShapeError if the weights are not [T, S], with T and S as many as there are labels
 * @throws ValueError if there are no weights, or one is negative or no finite number
 */
export function alignmentSvg(alignment: Alignment, options: SvgOptions = {}): string {
  const where = "alignmentSvg";
  const theme = themeOf(where, options);
  return toSvg(alignmentScene(where, alignment), undefined, theme);
}

/**
 * Draws the alignment matrix from the context's origin on, as `alignmentSvg` has it.
 * @returns the size of what was drawn
 * @throws ShapeError or ValueError as `alignmentSvg` does
 */
export function drawAlignment(
  context: Canvas2D,
  alignment: Alignment,
  options: CanvasOptions = {},
): { width: number; height: number } {
  const where = "drawAlignment";
  const theme = themeOf(where, options);
  const scene = alignmentScene(where, alignment);
  paint(context, scene, undefined, theme);
  return { width: scene.width, height: scene.height };
}

function alignmentScene(where: string, alignment: Alignment): Scene {
  expectKnown(where, alignment, ["weights", "source", "target", "title"]);
  const { weights, source, target, title } = alignment;
  expectLabels(where, { source, target });
  expectWeights(where, weights, [target.length, source.length]);
  const head = title === undefined ? 0 : LINE + GAP;
  const part = matrix({ data: weights.data, source, target, x: GAP, y: GAP + head });
  const name = title ?? "Attention weights: source across, target down";
  const items = title === undefined ? [] : [titleItem(title, GAP, GAP + LINE / 2)];
  const width = Math.max(part.width, title === undefined ? 0 : widthOf(title)) + 2 * GAP;
  return { width, height: part.height + head + 2 * GAP, title: name, items: [...items, ...part.items] };
}

export interface MatrixPart {
  readonly data: ArrayLike<number>;
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly cell?: number;
}

/** A matrix with its labels, its top left at x and y, and how much room it takes. */
export function matrix({ data, source, target, x, y, cell = CELL }: MatrixPart): {
  readonly width: number;
  readonly height: number;
  readonly items: readonly Item[];
} {
  const [above, aside] = [source, target].map((texts) => texts.map((text) => labelOf(text))) as [string[], string[]];
  const steep = (-SLOPE * Math.PI) / 180;
  const longest = Math.max(0, ...above.map(widthOf));
  const rise = Math.ceil(longest * Math.sin(steep)) + LINE / 2;
  const left = x + Math.ceil(Math.max(0, ...aside.map(widthOf))) + GAP;
  const top = y + rise + GAP / 2;
  const S = source.length;
  // Labels lean to the right, the last ones past the matrix.
  const over = Math.max(
    0,
    ...above.map((label, s) => (s + 0.5 - S) * cell + widthOf(label) * Math.cos(steep) + LINE / 2),
  );
  const most = largest(data);
  const cells = Array.from({ length: target.length * S }, (_, i): Item => {
    const [t, s, weight] = [Math.floor(i / S), i % S, data[i] as number];
    const title = `${target[t]} ← ${source[s]}: ${weight.toFixed(3)}`;
    const place = { x: left + s * cell, y: top + t * cell, width: cell, height: cell };
    return { kind: "cell", ...place, strength: weight / most, title };
  });
  const labels = [
    ...above.map((text, s): Item => {
      return { kind: "text", x: left + (s + 0.5) * cell, y: top - GAP / 2, text, anchor: "start", turn: SLOPE };
    }),
    ...aside.map((text, t): Item => {
      return { kind: "text", x: left - GAP / 2, y: top + (t + 0.5) * cell, text, anchor: "end" };
    }),
  ];
  const frame: Item = { kind: "frame", x: left, y: top, width: S * cell, height: target.length * cell };
  const width = left - x + S * cell + over;
  return { width, height: top - y + target.length * cell, items: [...cells, frame, ...labels] };
}
