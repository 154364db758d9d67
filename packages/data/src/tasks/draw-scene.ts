import { expectOptions } from "../checks";
import { TaskError } from "../errors";
import type { Scene, SceneColour, SceneObject } from "./scenes";

/** What is drawn with of a 2D canvas context, of a page, of a worker or of a library for Node. */
export interface SceneCanvas {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  closePath(): void;
  lineTo(x: number, y: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  fill(): void;
  stroke(): void;
  getImageData(x: number, y: number, width: number, height: number): { readonly data: ArrayLike<number> };
}

/** How large a scene is drawn. */
export interface DrawSceneOptions {
  /** Pixels of the scene along each edge; 48 when absent. */
  side?: number;
  /** Pixels of the canvas to one of the scene; 1 when absent. */
  scale?: number;
}

const GROUND = "#b4b8bc";
const PAPER = "#ffffff";
/** Pixels of the paper around its object. */
const MARGIN = 2;
const OUTLINE = "#000000";
const FILLS: Readonly<Record<SceneColour, string>> = {
  red: "#d92626",
  green: "#2ca02c",
  blue: "#2a55d4",
  yellow: "#f0d020",
  purple: "#8a3ab9",
  orange: "#f28c1c",
};

/** Channels of a pixel as a model sees it: red, green and blue. */
const CHANNELS = 3;

/** Draws a scene from the canvas's origin on: its first object on white paper, all on grey. */
export function drawScene(
  context: SceneCanvas,
  { objects }: Pick<Scene, "objects">,
  options: DrawSceneOptions = {},
): void {
  expectOptions(TaskError, "drawScene", options, ["side", "scale"]);
  const { side = 48, scale = 1 } = options;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = GROUND;
  context.fillRect(0, 0, side, side);
  for (const [n, object] of objects.entries()) {
    if (n === 0) paper(context, object);
    context.beginPath();
    trace(context, object);
    context.fillStyle = FILLS[object.colour];
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = OUTLINE;
    context.stroke();
  }
}

/** White paper below what a caption is about. */
function paper(context: SceneCanvas, { x, y, size }: SceneObject): void {
  context.fillStyle = PAPER;
  context.fillRect(x - size / 2 - MARGIN, y - size / 2 - MARGIN, size + 2 * MARGIN, size + 2 * MARGIN);
}

/** The outline of an object, within the square that it fills. */
function trace(context: SceneCanvas, { shape, x, y, size }: SceneObject): void {
  const r = size / 2;
  const polygon = (points: readonly (readonly [number, number])[]): void => {
    for (const [px, py] of points) context.lineTo(x + r * px, y + r * py);
    context.closePath();
  };
  switch (shape) {
    case "circle":
      context.arc(x, y, r, 0, 2 * Math.PI);
      return;
    case "square":
      context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      return;
    case "triangle":
      polygon([
        [0, -1],
        [1, 0.9],
        [-1, 0.9],
      ]);
      return;
    case "cross": {
      const w = 0.36;
      polygon([
        ...([
          [-w, -1],
          [w, -1],
          [w, -w],
          [1, -w],
          [1, w],
          [w, w],
        ] as const),
        ...([
          [w, 1],
          [-w, 1],
          [-w, w],
          [-1, w],
          [-1, -w],
          [-w, -w],
        ] as const),
      ]);
      return;
    }
    case "star": {
      const points = Array.from({ length: 10 }, (_, n): [number, number] => {
        const [angle, far] = [(n * Math.PI) / 5, n % 2 === 0 ? 1.05 : 0.42];
        return [far * Math.sin(angle), -far * Math.cos(angle)];
      });
      polygon(points);
    }
  }
}

/**
 * The pixels of scenes as a model sees them, each drawn on the canvas in turn.
 *
 * @returns [N, side, side, 3], red, green and blue from 0 to 255
 */
export function scenePixels(
  context: SceneCanvas,
  scenes: readonly Pick<Scene, "objects">[],
  options: Pick<DrawSceneOptions, "side"> = {},
): Uint8Array<ArrayBuffer> {
  expectOptions(TaskError, "scenePixels", options, ["side"]);
  const { side = 48 } = options;
  const pixels = side * side;
  const all = new Uint8Array(scenes.length * pixels * CHANNELS);
  for (const [n, scene] of scenes.entries()) {
    drawScene(context, scene, { side });
    const { data } = context.getImageData(0, 0, side, side);
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < CHANNELS; c++) all[(n * pixels + p) * CHANNELS + c] = data[4 * p + c] as number;
    }
  }
  return all;
}
