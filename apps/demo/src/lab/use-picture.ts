import { lab } from "../client/lab";
import type { PictureOf } from "../experiment/experiment";

/** What the open lab shows of its model: `usePicture<typeof experiment>()`. Null before there is any. */
export function usePicture<E>(): PictureOf<E> | null {
  // the worker sends what the experiment of this page returns, which `E` is the type of
  return lab.picture.value as PictureOf<E> | null;
}
