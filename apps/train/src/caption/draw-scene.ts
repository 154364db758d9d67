import { drawScene, type Scene, scenePixels } from "@unroll/data";
import { toBase64 } from "../protocol";
import { SIDE } from "./scene";

/** Channels of a pixel as the model sees it: red, green and blue. */
export const CHANNELS = 3;

/** A canvas of a scene's pixels, times a scale. */
function sceneCanvas(scale = 1): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(SIDE * scale, SIDE * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true }); // read back at once: drawn without a GPU
  if (!context) throw new Error("caption: the browser gave no 2d canvas.");
  return context;
}

/** The pixels of scenes [N, 48, 48, 3], from 0 to 255. */
export function drawScenes(scenes: readonly Scene[]): Uint8Array<ArrayBuffer> {
  return scenePixels(sceneCanvas(), scenes, { side: SIDE });
}

/** Pixels of a picture to one of its scene. */
const ENLARGED = 4;

/** A scene as a PNG in a data URL, larger than the model sees it. */
export async function pictureOf(scene: Scene): Promise<string> {
  const context = sceneCanvas(ENLARGED);
  drawScene(context, scene, { side: SIDE, scale: ENLARGED });
  const png = await context.canvas.convertToBlob({ type: "image/png" });
  return `data:image/png;base64,${toBase64(new Uint8Array(await png.arrayBuffer()))}`;
}
