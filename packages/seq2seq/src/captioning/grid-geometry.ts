/** Where in an image the cells of a grid are, along its height and along its width, in pixels. */
export interface GridGeometry {
  /** Extents of the image. */
  readonly image: readonly [height: number, width: number];
  /** From the centre of a cell to that of the next. */
  readonly stride: readonly [height: number, width: number];
  /** Where the centre of the first cell is: that of the image's first pixel is ½. */
  readonly start: readonly [height: number, width: number];
  /** Pixels that a cell is made of. */
  readonly receptiveField: readonly [height: number, width: number];
}

/** A square window that moves over an image or over the cells of a grid. */
export interface Window {
  readonly kernelSize: number;
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
}

/**
 * Where the cells are that windows upon windows make of an image. With jump j and centre a of the layer below,
 *   a ← a + j·((kernel − 1)/2 − padding),   field ← field + j·(kernel − 1),   j ← j·stride
 */
export function geometryOf(image: readonly [number, number], windows: readonly Window[]): GridGeometry {
  let [jump, start, field] = [1, 0.5, 1];
  for (const { kernelSize, stride, padding } of windows) {
    start += jump * ((kernelSize - 1) / 2 - padding);
    field += jump * (kernelSize - 1);
    jump *= stride;
  }
  return { image, stride: [jump, jump], start: [start, start], receptiveField: [field, field] };
}

/** Cells that share an image out evenly, each seeing its own part: what features of unknown origin are taken to be. */
export function evenGeometry(image: readonly [number, number], grid: readonly [number, number]): GridGeometry {
  const stride = [image[0] / grid[0], image[1] / grid[1]] as const;
  return { image, stride, start: [stride[0] / 2, stride[1] / 2], receptiveField: stride };
}
