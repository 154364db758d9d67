import { toBase64 } from "../protocol";
import { type Colour, type Scene, type SceneObject, SIDE } from "./scene";

const GROUND = "#b4b8bc";
const SPOT = "#ffffff";
/** Pixels of the spot around its object. */
const MARGIN = 2;
const OUTLINE = "#000000";
const FILLS: Readonly<Record<Colour, string>> = {
  red: "#d92626",
  green: "#2ca02c",
  blue: "#2a55d4",
  yellow: "#f0d020",
  purple: "#8a3ab9",
  orange: "#f28c1c",
};

/** Channels of a pixel as the model sees it: red, green and blue. */
export const CHANNELS = 3;

/** Draws a scene at a scale. */
export function drawScene(context: OffscreenCanvasRenderingContext2D, { objects }: Scene, scale = 1): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = GROUND;
  context.fillRect(0, 0, SIDE, SIDE);
  for (const [n, object] of objects.entries()) {
    if (n === 0) spot(context, object);
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
function spot(context: OffscreenCanvasRenderingContext2D, { x, y, size }: SceneObject): void {
  context.fillStyle = SPOT;
  context.fillRect(x - size / 2 - MARGIN, y - size / 2 - MARGIN, size + 2 * MARGIN, size + 2 * MARGIN);
}

/** The outline of an object, within the square that it fills. */
function trace(context: OffscreenCanvasRenderingContext2D, { shape, x, y, size }: SceneObject): void {
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

/** A canvas of a scene's pixels, times a scale. */
export function sceneCanvas(scale = 1): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(SIDE * scale, SIDE * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true }); // read back at once: drawn without a GPU
  if (!context) throw new Error("caption: the browser gave no 2d canvas.");
  return context;
}

/** The pixels of scenes [N, 48, 48, 3], from 0 to 255. */
export function drawScenes(scenes: readonly Scene[]): Uint8Array<ArrayBuffer> {
  const context = sceneCanvas();
  const pixels = SIDE * SIDE;
  const all = new Uint8Array(scenes.length * pixels * CHANNELS);
  for (const [n, scene] of scenes.entries()) {
    drawScene(context, scene);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < CHANNELS; c++) all[(n * pixels + p) * CHANNELS + c] = data[4 * p + c] as number;
    }
  }
  return all;
}

/** Pixels of a picture to one of its scene. */
const ENLARGED = 4;

/** A scene as a PNG in a data URL, larger than the model sees it. */
export async function pictureOf(scene: Scene): Promise<string> {
  const context = sceneCanvas(ENLARGED);
  drawScene(context, scene, ENLARGED);
  const png = await context.canvas.convertToBlob({ type: "image/png" });
  return `data:image/png;base64,${toBase64(new Uint8Array(await png.arrayBuffer()))}`;
}
