import { UnrollError } from "@unroll/kernels";
import { quoted } from "./quoted";

/** Where a model's description breaks its format, or names what there is none of here. */
export interface ModelFormatFacts {
  readonly where: string;
  /** The way to the fault from the top of the document: "modelTopology.config.layers[2].config.units". */
  readonly path: string;
  /** The layer at fault, by its own name, where there is one. */
  readonly layer?: string | undefined;
  readonly expected: string;
  readonly received: string;
  readonly remedy?: string | undefined;
}

/** A model's JSON is malformed, or describes what this library does not build; `path` and `layer` say where. */
export class ModelFormatError extends UnrollError {
  override readonly name = "ModelFormatError";
  readonly path: string;
  readonly layer: string | undefined;

  constructor({ where, path, layer, expected, received, remedy }: ModelFormatFacts, options?: ErrorOptions) {
    const what = layer === undefined ? path : `${path} of layer ${quoted(layer)}`;
    super({ where, what, expected, received, remedy }, options);
    this.path = path;
    this.layer = layer;
  }
}
