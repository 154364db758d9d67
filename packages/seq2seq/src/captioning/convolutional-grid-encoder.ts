import { ShapeError, ValueError } from "@unroll/kernels";
import {
  Conv2d,
  expectDType,
  expectExtent,
  expectKnown,
  formatShape,
  permute,
  relu,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import { GridEncoder, type GridOptions, GridPositions } from "./grid-encoder";
import { type GridGeometry, geometryOf, type Window } from "./grid-geometry";

/** A convolution with a relu. */
export interface GridConvolution {
  /** Features of its output. */
  channels: number;
  /** Pixels, or cells of the layer below, along each axis of what it sees; 3 by default. */
  kernelSize?: number;
  /** From one window to the next; 2 by default: half as many rows and columns. */
  stride?: number;
}

export interface ConvolutionalGridOptions extends GridOptions {
  imageSize: readonly [height: number, width: number];
  /** C, channels of a pixel: 3 by default, red, green and blue. */
  inputChannels?: number;
  /** From the image up; the channels of the last are D. */
  layers: readonly GridConvolution[];
}

/**
 * Convolutions over an image, trained with the rest: what Xu et al. (2015) call annotations, one for each cell of a grid, are
 * what the last of them gives. A cell sees `geometry.receptiveField` pixels about its centre and no more, so where a
 * decoder looked is where it got what it knows from: keep it not much larger than the stride.
 *
 * Each layer puts ⌈(kernel − stride)/2⌉ zeros on each side, so the windows of kernels that exceed their stride by an even
 * number are centred on the parts that they share the image out into: 4 at a stride of 2, 3 at a stride of 1.
 */
export class ConvolutionalGridEncoder extends GridEncoder {
  readonly memorySize: number;
  readonly inputChannels: number;
  readonly grid: readonly [rows: number, columns: number];
  readonly geometry: GridGeometry;
  readonly convolutions: readonly Conv2d[];
  readonly positions: GridPositions | null;

  /** @throws ValueError if there is no layer, a size is not a positive whole number, or the image is too small for them */
  constructor(options: ConvolutionalGridOptions) {
    super();
    const where = "ConvolutionalGridEncoder";
    expectKnown(where, options, ["imageSize", "inputChannels", "layers", "positions", "rng"]);
    const { imageSize, inputChannels = 3, layers, positions = false, rng } = options;
    const [height, width] = [imageSize?.[0], imageSize?.[1]];
    expectExtent(where, { "imageSize's height": height });
    expectExtent(where, { "imageSize's width": width });
    this.inputChannels = expectExtent(where, { inputChannels });
    expectExtent(where, { "layers.length": layers?.length });
    const windows = layers.map((layer): Window => {
      expectKnown(where, layer, ["channels", "kernelSize", "stride"]);
      const { kernelSize = 3, stride = 2 } = layer;
      const padding = Math.max(0, Math.ceil((kernelSize - stride) / 2));
      return { kernelSize: expectExtent(where, { kernelSize }), stride: expectExtent(where, { stride }), padding };
    });
    const along = (extent: number): number =>
      windows.reduce(
        (n, { kernelSize, stride, padding }) => Math.floor((n + 2 * padding - kernelSize) / stride) + 1,
        extent,
      );
    const [rows, columns] = [along(height), along(width)];
    this.geometry = geometryOf(imageSize, windows);
    if (!(rows > 0 && columns > 0)) {
      throw new ValueError({
        where,
        what: "imageSize",
        expected: "large enough that its layers leave a cell",
        received: `${height} by ${width}`,
        remedy: "Leave layers out, or give them a stride of 1.",
      });
    }
    this.grid = [rows, columns];
    this.convolutions = layers.map(({ channels }, layer) => {
      const { kernelSize, stride, padding } = windows[layer] as Window;
      const from = layer === 0 ? inputChannels : (layers[layer - 1] as GridConvolution).channels;
      return new Conv2d(from, channels, kernelSize, { stride, padding, init: "keras", ...(rng ? { rng } : {}) });
    });
    this.memorySize = (layers.at(-1) as GridConvolution).channels;
    this.positions = positions ? new GridPositions(this.grid, this.memorySize, rng ?? sharedGenerator()) : null;
  }

  protected annotate(images: Tensor): Tensor {
    this.#expectImages(images);
    let x = permute(this.inPrecision(images), [0, 3, 1, 2]); // [B, C, H, W]
    for (const convolution of this.convolutions) x = relu(convolution.forward(x));
    const cells = permute(x, [0, 2, 3, 1]);
    return this.positions ? this.positions.forward(cells) : cells;
  }

  #expectImages(images: Tensor): void {
    const where = "ConvolutionalGridEncoder.encode";
    expectDType(where, { images }, "f32", "f16");
    const { shape } = images;
    const [height, width] = this.geometry.image;
    const C = this.inputChannels;
    const fits = shape.length === 4 && shape[1] === height && shape[2] === width && shape[3] === C;
    if (fits && images.size > 0) return;
    throw new ShapeError({
      where,
      what: "images",
      expected: `[B, ${height}, ${width}, ${C}]`,
      received: formatShape(shape),
      remedy: imageRemedy(shape, [height, width, C]),
    });
  }
}

/** What to do about images of another shape. */
function imageRemedy(shape: readonly number[], [height, width, C]: readonly [number, number, number]): string {
  const [B, ...own] = shape;
  if (shape.length === 3) return "One image is a batch of one: reshape(image, [1, height, width, channels]).";
  if (B === 0) return "Leave empty batches out.";
  if (own[0] === C && own[2] !== C)
    return "Channels come last, as a canvas has them: permute(images, [0, 2, 3, 1]) brings them there.";
  if (own[0] === height && own[1] === width)
    return `The last axis must equal inputChannels: a canvas has 4, of which the last, the opacity, may be left out, or build the encoder with inputChannels ${own[2]}.`;
  return "Draw them at that size, or build the encoder with another imageSize.";
}
