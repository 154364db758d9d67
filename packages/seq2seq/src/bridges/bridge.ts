import { ValueError } from "@unroll/kernels";
import { cast, expectOneOf, type Generator, type LayerState, Linear, Module, tanh, zeros } from "@unroll/nn";
import type { Encoded, EncodedSizes } from "../encoders";

/** How a decoder's first state is made of an encoder's last. */
export type BridgeName = "zero" | "copy" | "dense" | "perLayer";

/** Sizes of the state to be made. */
export interface BridgeSizes {
  readonly hiddenSize: number;
  readonly layers: number;
  /** Whether a state has a cell beside h. */
  readonly hasCell: boolean;
}

/** Makes a decoder's first state, layer by layer, of what an encoder gave. */
export abstract class Bridge extends Module {
  /** @returns for each of the decoder's layers h [B, H], and c [B, H] where it has cells */
  abstract forward(encoded: Encoded): LayerState[];
}

/** Starts from zeros, whatever the encoder's state is. */
export class ZeroBridge extends Bridge {
  readonly #sizes: BridgeSizes;

  constructor(sizes: BridgeSizes) {
    super();
    this.#sizes = sizes;
  }

  forward({ memory }: Encoded): LayerState[] {
    const { hiddenSize, layers, hasCell } = this.#sizes;
    const c = zeros([memory.shape[0] as number, hiddenSize]);
    const h = this.inPrecision(c);
    return Array.from({ length: layers }, () => (hasCell ? { h, c } : { h }));
  }
}

/** The encoder's states as they are (Sutskever et al. 2014); of more layers than the decoder has, the last ones. */
export class CopyBridge extends Bridge {
  readonly #layers: number;
  readonly #hasCell: boolean;

  /** @throws ValueError if the encoder's states are of other sizes, or too few */
  constructor(from: EncodedSizes, { hiddenSize, layers, hasCell }: BridgeSizes) {
    super();
    const sizes = from.stateSizes.slice(-layers);
    if (sizes.length < layers || sizes.some((size) => size !== hiddenSize) || (hasCell && !from.hasCell)) {
      const cells = hasCell ? " with cells" : "";
      throw new ValueError({
        where: "CopyBridge",
        what: "the encoder's states",
        expected: `${layers}${cells}, of ${hiddenSize} features each`,
        received: `${from.stateSizes.length}${from.hasCell ? " with cells" : ""}, of ${from.stateSizes.join(", ") || "none"}`,
        remedy: 'Use bridge "dense" or "perLayer", which project them.',
      });
    }
    this.#layers = layers;
    this.#hasCell = hasCell;
  }

  forward({ state }: Encoded): LayerState[] {
    return state.slice(-this.#layers).map(({ h, c }) => (this.#hasCell && c ? { h, c } : { h }));
  }
}

/**
 * Each layer's state from that of one layer of the encoder, by weights of its own:
 *   h_l = tanh(W_l·h′ + b_l),   c_l = V_l·c′ + d_l
 * `dense`: of the encoder's last layer, for all (Bahdanau et al. 2015, appendix A.2.2, whose W_s this is); `perLayer`:
 * of the layer across. A cell that the encoder has none of is made of its h. c is not squashed, since cells are not.
 */
export class ProjectionBridge extends Bridge {
  readonly hidden: readonly Linear[];
  readonly cells: readonly Linear[]; // none where states have no cells
  readonly #places: readonly number[]; // which of the encoder's layers each is made of

  /** @throws ValueError if the encoder has no state, or, per layer, not as many layers */
  constructor(
    name: "dense" | "perLayer",
    { stateSizes }: EncodedSizes,
    { hiddenSize, layers, hasCell }: BridgeSizes,
    rng?: Generator,
  ) {
    super();
    const needed = name === "dense" ? 1 : layers;
    if (stateSizes.length < needed) {
      throw new ValueError({
        where: "ProjectionBridge",
        what: "the encoder's states",
        expected: `at least ${needed}`,
        received: String(stateSizes.length),
        remedy:
          stateSizes.length === 0
            ? 'Use bridge "zero": this encoder has no state.'
            : 'Use bridge "dense", which makes all layers of the encoder\'s last.',
      });
    }
    const last = stateSizes.length - 1;
    this.#places = Array.from({ length: layers }, (_, layer) => (name === "dense" ? last : last - layers + 1 + layer));
    const options = rng ? { rng } : {};
    const make = (): Linear[] =>
      this.#places.map((place) => new Linear(stateSizes[place] as number, hiddenSize, options));
    this.hidden = make();
    this.cells = hasCell ? make() : [];
  }

  forward({ state }: Encoded): LayerState[] {
    return this.hidden.map((layer, k) => {
      const from = state[this.#places[k] as number] as LayerState;
      const h = tanh(layer.forward(from.h));
      const cell = this.cells[k];
      return cell ? { h, c: cast(cell.forward(from.c ?? from.h), "f32") } : { h }; // cells are f32, whatever the model's precision
    });
  }
}

/** A bridge by its name. @throws ValueError if there is none of that name, or it does not fit */
export function bridgeOf(name: BridgeName, from: EncodedSizes, to: BridgeSizes, rng?: Generator): Bridge {
  expectOneOf("bridge", { bridge: name }, ["zero", "copy", "dense", "perLayer"]);
  if (name === "zero") return new ZeroBridge(to);
  if (name === "copy") return new CopyBridge(from, to);
  return new ProjectionBridge(name, from, to, rng);
}
