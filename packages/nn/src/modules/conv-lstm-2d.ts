import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { CONV_LSTM_OPTIONS, ConvLSTM2DCell, type ConvLSTM2DCellOptions } from "./cells/conv-lstm-2d-cell";
import { Recurrent, type RecurrentCellOptions } from "./recurrent-of";
import { STACK_OPTIONS } from "./stack-options";

export interface ConvLSTM2DOptions extends ConvLSTM2DCellOptions, Omit<RecurrentCellOptions, "rng" | "inputSize"> {}

/**
 * Convolutional LSTM over sequences of images [B, T, C, H, W] (Shi et al. 2015): `Recurrent` of `ConvLSTM2DCell`s, which
 * have the equations. Two directions are put side by side along the filters.
 */
export class ConvLSTM2D extends Recurrent<{ h: Tensor; c: Tensor }> {
  /** @throws ValueError, ShapeError as `ConvLSTM2DCell` and `Recurrent` */
  constructor(inputShape: readonly [number, number, number], filters: number, options: ConvLSTM2DOptions) {
    expectKnown("ConvLSTM2D", options, [...STACK_OPTIONS, ...CONV_LSTM_OPTIONS]);
    const picked = (names: readonly string[]) =>
      Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
    const own = picked([...CONV_LSTM_OPTIONS, "rng"]) as unknown as ConvLSTM2DCellOptions;
    super((_, shape) => new ConvLSTM2DCell(shape as [number, number, number], filters, own), {
      ...picked(STACK_OPTIONS),
      inputSize: inputShape,
    });
  }
}
