import { layout } from "../optim/flat-parameters";

/** Makes an optimizer whose parameters lie in segments of at most so many words. */
export function inSegments<T>(words: number, make: () => T): T {
  const { segmentBytes } = layout;
  layout.segmentBytes = words * 4;
  try {
    return make();
  } finally {
    layout.segmentBytes = segmentBytes;
  }
}
