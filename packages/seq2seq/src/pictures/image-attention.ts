import { ShapeError, ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";
import { type Canvas2D, type CanvasOptions, paint } from "./canvas";
import { type Item, labelOf, type Scene, themeOf } from "./scene";
import { type SvgOptions, toSvg } from "./svg";
import { UPSAMPLE_OPTIONS, type UpsampleOptions, upsampleAttention } from "./upsample";
import { expectColumns, expectLabels, expectWeights, largest, type Weights } from "./weights";

/** Where a model looked in an image as it said each word. */
export interface ImageAttention {
  /** [T, rows·columns]: of each word the weights of the grid's cells, row by row. */
  readonly weights: Weights;
  /** Cells of the grid, [rows, columns]. */
  readonly grid: readonly [rows: number, columns: number];
  /** T words, which stand below the pictures. */
  readonly words: readonly string[];
  /** How large to draw the image, in pixels of CSS: 160 wide by default, and as high as the grid's cells are square. */
  readonly size?: { readonly width: number; readonly height: number };
  /**
   * How the weights are upsampled: bilinearly over cells that share the image out evenly when absent. With strides, which
   * are those of the image that the model saw, `image` says how large that was.
   */
  readonly upsample?: UpsampleOptions & { readonly image?: readonly [height: number, width: number] };
  /** Pictures side by side; 5 by default. */
  readonly columns?: number;
}

const GAP = 8;
const LINE = 22;
/** Pixels of a picture to one of the shade laid over it: what is smooth needs no more. */
const COARSE = 4;

/**
 * An image for each word, dark where the model did not look as it said it, as SVG. The weights of the grid are upsampled,
 * bilinearly unless `upsample` says otherwise.
 * @param image the address of the image, a data URL for a picture that stands alone; undefined for the weights by themselves
 * @throws ShapeError if the weights are not [T, rows·columns] with a word for each row
 * @throws ValueError if a weight is negative or no finite number
 */
export function imageAttentionSvg(
  image: string | undefined,
  attention: ImageAttention,
  options: SvgOptions = {},
): string {
  const theme = themeOf("imageAttentionSvg", options);
  return toSvg(imageScene("imageAttentionSvg", attention), image, theme);
}

/**
 * Draws an image for each word from the context's origin on, as `imageAttentionSvg` has it.
 * @param image whatever the context's `drawImage` takes; undefined for the weights by themselves
 * @returns the size of what was drawn
 * @throws ShapeError or ValueError as `imageAttentionSvg` does
 */
export function drawImageAttention<Image>(
  context: Canvas2D<Image>,
  image: Image | undefined,
  attention: ImageAttention,
  options: CanvasOptions = {},
): { width: number; height: number } {
  const theme = themeOf("drawImageAttention", options);
  const scene = imageScene("drawImageAttention", attention);
  paint(context, scene, image, theme);
  return { width: scene.width, height: scene.height };
}

function imageScene(where: string, attention: ImageAttention): Scene {
  expectKnown(where, attention, ["weights", "grid", "words", "size", "upsample", "columns"]);
  const { weights, grid, words, size, upsample = {}, columns = 5 } = attention;
  expectLabels(where, { words });
  expectKnown(where, upsample, UPSAMPLE_OPTIONS);
  const [rows, cells] = grid;
  if (!(Number.isInteger(rows) && Number.isInteger(cells) && rows > 0 && cells > 0)) {
    const expected = "two positive whole numbers, [rows, columns]";
    throw new ShapeError({ where, what: "grid", expected, received: `[${grid.join(", ")}]` });
  }
  expectWeights(where, weights, [words.length, rows * cells]);
  expectColumns(where, columns);
  const { width, height } = size ?? { width: 160, height: Math.round((160 * rows) / cells) };
  if (!(width > 0 && height > 0 && Number.isFinite(width * height))) {
    throw new ValueError({ where, what: "size", expected: "positive", received: `${width} by ${height}` });
  }
  const data = Array.from(weights.data);
  const shade = { height: Math.ceil(height / COARSE), width: Math.ceil(width / COARSE) };
  const scaled = { ...shade, ...scaledTo(shade, upsample) };
  const items = words.flatMap((word, t): Item[] => {
    const values = data.slice(t * rows * cells, (t + 1) * rows * cells);
    const smooth = upsampleAttention({ data: values, shape: [rows, cells] }, scaled);
    const most = largest(smooth);
    const x = GAP + (t % columns) * (width + GAP);
    const y = GAP + Math.floor(t / columns) * (height + LINE + GAP);
    const place = { x, y, width, height };
    return [
      { kind: "image", ...place, title: word },
      {
        kind: "shade",
        ...place,
        strengths: smooth.map((weight) => weight / most),
        rows: shade.height,
        columns: shade.width,
        title: word,
      },
      { kind: "frame", ...place },
      { kind: "text", x: x + width / 2, y: y + height + LINE / 2, text: labelOf(word), anchor: "middle" },
    ];
  });
  const across = Math.min(columns, words.length);
  const down = Math.ceil(words.length / columns);
  const title = `Where each word of "${words.join(" ")}" looked`;
  return { width: across * (width + GAP) + GAP, height: down * (height + LINE + GAP) + GAP, title, items };
}

/** Where cells are in a shade that is not of the size of the image that the model saw. */
function scaledTo(
  { height, width }: { readonly height: number; readonly width: number },
  { image = [height, width], stride, start, ...rest }: NonNullable<ImageAttention["upsample"]>,
): UpsampleOptions {
  const scaled = ([down, across]: readonly [number, number]) =>
    [(down * height) / image[0], (across * width) / image[1]] as const;
  return { ...rest, ...(stride ? { stride: scaled(stride) } : {}), ...(start ? { start: scaled(start) } : {}) };
}
