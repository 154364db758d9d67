import type { Scene, Vocabulary } from "@unroll/data";
import { BucketedPart } from "../learning/bucketed-part";
import { CHANNELS, drawScenes } from "./draw-scene";
import { SIDE } from "./scene";

/** Scenes as the model sees them, and what is said of them. */
export interface SceneBatch {
  scenes: readonly Scene[];
  /** Pixels [B, 48, 48, 3], from −1 to 1. */
  images: Float32Array<ArrayBuffer>;
  shape: [rows: number, height: number, width: number, channels: number];
  /** Ids of words [B, T], the end after each caption. */
  target: Int32Array<ArrayBuffer>;
  /** Of captions [B] in words, the end counted. */
  lengths: Uint32Array<ArrayBuffer>;
}

/** Numbers of an image. */
const VALUES = SIDE * SIDE * CHANNELS;

/** Scenes in batches of like captions. They are drawn once. */
export function scenePart(scenes: readonly Scene[], words: Vocabulary, size: number): BucketedPart<SceneBatch> {
  const pixels = drawScenes(scenes);
  const captions = scenes.map(({ caption }) => [...words.encode(caption.split(" ")), words.endId as number]);
  return new BucketedPart<SceneBatch>({
    lengths: captions.map(({ length }) => length),
    size,
    multiple: 5, // of captions of one object, of two and of three
    batchOf(rows, length) {
      const images = new Float32Array(rows.length * VALUES);
      const target = new Int32Array(rows.length * length).fill(words.endId as number);
      for (const [n, row] of rows.entries()) {
        for (let v = 0; v < VALUES; v++) images[n * VALUES + v] = (pixels[row * VALUES + v] as number) / 127.5 - 1;
        target.set(captions[row] as number[], n * length);
      }
      return {
        scenes: Array.from(rows, (row) => scenes[row] as Scene),
        images,
        shape: [rows.length, SIDE, SIDE, CHANNELS],
        target,
        lengths: Uint32Array.from(rows, (row) => (captions[row] as number[]).length),
      };
    },
  });
}
