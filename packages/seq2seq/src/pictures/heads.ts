import { expectKnown } from "@unroll/nn";
import { matrix } from "./alignment";
import { type Canvas2D, type CanvasOptions, paint } from "./canvas";
import { type Item, type Scene, themeOf, titleItem, widthOf } from "./scene";
import { type SvgOptions, toSvg } from "./svg";
import { expectColumns, expectLabels, expectWeights, type Weights } from "./weights";

/** What each head attended to. */
export interface HeadMaps {
  /** [N, T, S]: of each head how much each token of the target attended to each of the source. */
  readonly weights: Weights;
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Names of the heads; "head 1" and so on by default. */
  readonly heads?: readonly string[];
  /** Maps side by side; 4 by default. */
  readonly columns?: number;
}

/** Labels across the top lie as far apart as cells are wide: they need this much not to touch. */
const CELL = 18;
const GAP = 8;
const BETWEEN = 16;
const LINE = 20;

/**
 * The maps of all heads side by side as SVG, each as strong as its own largest weight allows.
 * @throws ShapeError if the weights are not [N, T, S], with T and S as many as there are labels
 * @throws ValueError if a weight is negative or no finite number
 */
export function headMapsSvg(maps: HeadMaps, options: SvgOptions = {}): string {
  const theme = themeOf("headMapsSvg", options);
  return toSvg(headScene("headMapsSvg", maps), undefined, theme);
}

/**
 * Draws the maps of all heads from the context's origin on, as `headMapsSvg` has them.
 * @returns the size of what was drawn
 * @throws ShapeError or ValueError as `headMapsSvg` does
 */
export function drawHeadMaps(
  context: Canvas2D,
  maps: HeadMaps,
  options: CanvasOptions = {},
): { width: number; height: number } {
  const theme = themeOf("drawHeadMaps", options);
  const scene = headScene("drawHeadMaps", maps);
  paint(context, scene, undefined, theme);
  return { width: scene.width, height: scene.height };
}

function headScene(where: string, maps: HeadMaps): Scene {
  expectKnown(where, maps, ["weights", "source", "target", "heads", "columns"]);
  const { weights, source, target, heads, columns = 4 } = maps;
  expectLabels(where, { source, target, ...(heads && { heads }) });
  const [T, S] = [target.length, source.length];
  expectWeights(where, weights, [heads?.length ?? "N", T, S]);
  expectColumns(where, columns);
  const N = weights.shape[0] as number;
  const data = Array.from(weights.data);
  const items: Item[] = [];
  let [right, bottom] = [0, GAP];
  for (let first = 0; first < N; first += columns) {
    let [x, height] = [GAP, 0];
    for (let head = first; head < Math.min(N, first + columns); head++) {
      const values = data.slice(head * T * S, (head + 1) * T * S);
      const part = matrix({ data: values, source, target, x, y: bottom + LINE, cell: CELL });
      const name = heads?.[head] ?? `head ${head + 1}`;
      items.push(titleItem(name, x, bottom + LINE / 2), ...part.items);
      x += Math.max(part.width, widthOf(name)) + BETWEEN;
      height = Math.max(height, part.height + LINE);
    }
    right = Math.max(right, x - BETWEEN + GAP);
    bottom += height + BETWEEN;
  }
  return { width: right, height: bottom - BETWEEN + GAP, title: "Attention weights of each head", items };
}
