import { Module } from "../../modules/module";
import type { Tensor } from "../../tensor/tensor";
import type { JsonFields } from "../json-fields";
import type { Dialect } from "./activations";
import type { Mask } from "./mask";

/** What goes from layer to layer: values, and which of their steps take part where some do not. */
export interface Flow {
  readonly x: Tensor;
  /** "unknown" where it depends on values that only the device has. */
  readonly mask?: Mask | "unknown" | undefined;
}

/** A weight of a layer, in Keras's layout and by Keras's name. */
export interface KerasWeight {
  /** "kernel", or "forward/kernel" of a Bidirectional layer. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Its values now. */
  readonly read: () => Promise<Float32Array>;
}

/** What is written of a layer. */
export interface KerasDescription {
  readonly className: string;
  /** Without the name. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly KerasWeight[];
}

/** States of a recurrent layer [B, H] each: h, c of an LSTM; of a Bidirectional one those of its forward layer first. */
export type LayerState = readonly Tensor[];

/** One layer of a Keras model: what it does with values and mask, and what it is in a file. */
export abstract class KerasLayer extends Module {
  constructor(readonly layerName: string) {
    super();
  }

  abstract forward(flow: Flow): Flow;

  abstract describe(): KerasDescription;
}

/** What a layer is built from. */
export interface LayerSource {
  readonly name: string;
  readonly className: string;
  readonly config: JsonFields;
  /** Its weights, by the last part of their names, "forward/" or "backward/" before those of a Bidirectional layer. */
  readonly weights: LayerWeights;
  readonly dialect: Dialect;
  /** Whether settings that matter in training alone, and that there are none of here, may be passed over. */
  readonly forInference: boolean;
}

/** The weights of one layer in a file. */
export interface LayerWeights {
  /** @throws StateDictError if it is missing or of another shape */
  take(name: string, shape: readonly number[]): Float32Array<ArrayBuffer>;
}
