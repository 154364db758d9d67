import {
  averagePool1d,
  averagePool2d,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  maxPool1d,
  maxPool2d,
} from "../ops/pool";
import { type Extent2d, type Padding1d, type Padding2d, pair, placed, placedInSteps } from "../ops/windows";
import { expectKnown } from "../tensor/known-options";
import { expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { lengthsTensor } from "./lengths";
import { Module } from "./module";

/** True lengths in steps, one for each row of [B, T, C]: steps past them take no part. */
interface StepLengths {
  lengths?: ArrayLike<number> | Tensor | undefined;
}

function lengthsOf(where: string, x: Tensor, options: StepLengths): Tensor | undefined {
  const { lengths } = expectKnown(where, options, ["lengths"]);
  const { B, T } = expectShape(where, { x }, ["B", "T", "C"]) as { B: number; T: number };
  return lengthsTensor(where, lengths, { B, T }, true);
}

export interface Pool1dModuleOptions {
  /** From window to window; the window's own extent when absent. */
  stride?: number;
  /** How far windows reach past the sequence, where nothing counts; 0 by default. */
  padding?: Padding1d;
}

export interface Pool2dModuleOptions {
  /** From window to window; the window's own extents when absent. */
  stride?: Extent2d;
  /** How far windows reach past the image, where nothing counts; 0 by default. */
  padding?: Padding2d;
}

const POOL_OPTIONS = ["stride", "padding"];

abstract class Pool1d extends Module {
  readonly window: number;
  readonly stride: number;
  readonly padding: Padding1d;

  constructor(where: string, window: number, options: Pool1dModuleOptions) {
    super();
    const { stride = window, padding = 0 } = expectKnown(where, options, POOL_OPTIONS);
    placedInSteps(where, 2 ** 30, { name: "window", kernel: window, stride, dilation: 1, padding }); // says what is wrong with them
    this.window = window;
    this.stride = stride;
    this.padding = padding;
  }

  protected options(where: string, x: Tensor, lengths: StepLengths) {
    return { stride: this.stride, padding: this.padding, lengths: lengthsOf(where, x, lengths) };
  }
}

/** The largest of each window of steps: see `maxPool1d`. */
export class MaxPool1d extends Pool1d {
  /** @throws ValueError if an extent is not a positive whole number, or the padding is none */
  constructor(window: number, options: Pool1dModuleOptions = {}) {
    super("MaxPool1d", window, options);
  }

  /** @param x [B, T, C] */
  forward(x: Tensor, lengths: StepLengths = {}): Tensor {
    return maxPool1d(this.inPrecision(x), this.window, this.options("MaxPool1d.forward", x, lengths));
  }
}

/** The mean of each window of steps: see `averagePool1d`. */
export class AveragePool1d extends Pool1d {
  /** @throws ValueError if an extent is not a positive whole number, or the padding is none */
  constructor(window: number, options: Pool1dModuleOptions = {}) {
    super("AveragePool1d", window, options);
  }

  /** @param x [B, T, C] */
  forward(x: Tensor, lengths: StepLengths = {}): Tensor {
    return averagePool1d(this.inPrecision(x), this.window, this.options("AveragePool1d.forward", x, lengths));
  }
}

abstract class Pool2d extends Module {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: Padding2d;

  constructor(where: string, window: Extent2d, options: Pool2dModuleOptions) {
    super();
    const { stride = window, padding = 0 } = expectKnown(where, options, POOL_OPTIONS);
    this.window = pair(where, "window", window);
    this.stride = pair(where, "stride", stride);
    this.padding = padding;
    const input = [2 ** 30, 2 ** 30] as const; // whatever the image: it says what is wrong with the options
    placed(where, { name: "window", input, kernel: this.window, stride: this.stride, dilation: [1, 1], padding });
  }
}

/** The largest of each window of an image: see `maxPool2d`. */
export class MaxPool2d extends Pool2d {
  /** @throws ValueError if an extent is not a positive whole number, or the padding is none */
  constructor(window: Extent2d, options: Pool2dModuleOptions = {}) {
    super("MaxPool2d", window, options);
  }

  /** @param x [N, C, H, W] */
  forward(x: Tensor): Tensor {
    return maxPool2d(this.inPrecision(x), this.window, { stride: this.stride, padding: this.padding });
  }
}

/** The mean of each window of an image; padding does not count: see `averagePool2d`. */
export class AveragePool2d extends Pool2d {
  /** @throws ValueError if an extent is not a positive whole number, or the padding is none */
  constructor(window: Extent2d, options: Pool2dModuleOptions = {}) {
    super("AveragePool2d", window, options);
  }

  /** @param x [N, C, H, W] */
  forward(x: Tensor): Tensor {
    return averagePool2d(this.inPrecision(x), this.window, { stride: this.stride, padding: this.padding });
  }
}

/** The largest of all steps, [B, T, C] to [B, C]: max over time (Collobert et al. 2011). */
export class GlobalMaxPool1d extends Module {
  forward(x: Tensor, lengths: StepLengths = {}): Tensor {
    return globalMaxPool1d(this.inPrecision(x), lengthsOf("GlobalMaxPool1d.forward", x, lengths));
  }
}

/** The mean of all steps, [B, T, C] to [B, C]. */
export class GlobalAveragePool1d extends Module {
  forward(x: Tensor, lengths: StepLengths = {}): Tensor {
    return globalAveragePool1d(this.inPrecision(x), lengthsOf("GlobalAveragePool1d.forward", x, lengths));
  }
}

/** The largest of all pixels, [N, C, H, W] to [N, C]. */
export class GlobalMaxPool2d extends Module {
  forward(x: Tensor): Tensor {
    return globalMaxPool2d(this.inPrecision(x));
  }
}

/** The mean of all pixels, [N, C, H, W] to [N, C]. */
export class GlobalAveragePool2d extends Module {
  forward(x: Tensor): Tensor {
    return globalAveragePool2d(this.inPrecision(x));
  }
}
