import {
  Dropout,
  type Generator,
  type GRU,
  type LayerState,
  type LayerSteps,
  type LayerWeights,
  LSTM,
  Module,
  mul,
  ones,
  type RNN,
  reshape,
  type Tensor,
} from "@unroll/nn";
import { type CellName, recurrentLayer } from "../encoders/layer-states";

/** How the recurrent layers of a decoder are. */
export interface StackOptions {
  rng?: Generator;
  cell: CellName;
  layers: number;
  dropout: number;
}

/** Stacked layers of a decoder, one step at a time: each reads what the one below gave. */
export class LayerStack extends Module {
  readonly layers: readonly (RNN | LSTM | GRU)[];
  readonly hiddenSize: number;
  readonly between: Dropout;

  constructor(where: string, inputSize: number, hiddenSize: number, { rng, cell, layers, dropout }: StackOptions) {
    super();
    const given = rng ? { rng } : {};
    this.hiddenSize = hiddenSize;
    this.layers = Array.from({ length: layers }, (_, layer) =>
      recurrentLayer(where, cell, layer === 0 ? inputSize : hiddenSize, hiddenSize, given),
    );
    this.between = new Dropout(dropout, given);
  }

  /** Features G·H of an input product: those of all gates. */
  get gateSize(): number {
    return this.layers[0]?.weightIh[0]?.shape[0] as number;
  }

  /**
   * What dropout between the layers multiplies by at all of T steps [B, T, H], for each layer but the first; none where
   * nothing is dropped. Drawn before a loop, whose steps are then alike.
   */
  masks(B: number, T: number): Tensor[] {
    const { p, training } = this.between;
    if (p === 0 || !training) return [];
    const all = this.inPrecision(ones([B, T, this.hiddenSize]));
    return this.layers.slice(1).map(() => this.between.forward(all));
  }

  /** The layers with their weights as steps read them. */
  steps(): StackSteps {
    return new StackSteps(
      this.layers.map((layer) => layer.steps()),
      this.between,
    );
  }

  /**
   * All steps of inputs that are known beforehand.
   * @param x [B, T, I]
   * @returns what the last layer gives [B, T, H], and each layer's state after the last step
   */
  forward(x: Tensor, start: readonly LayerState[]): { output: Tensor; state: LayerState[] } {
    let output = x;
    const state = this.layers.map((layer, k) => {
      const input = k === 0 ? output : this.between.forward(output);
      const ended = runFrom(layer, input, start[k] as LayerState);
      output = ended.output;
      return ended.state;
    });
    return { output, state };
  }
}

/** A layer over all steps, from a state [B, H] to one. */
function runFrom(layer: RNN | LSTM | GRU, x: Tensor, start: LayerState): { output: Tensor; state: LayerState } {
  const H = layer.hiddenSize;
  const B = x.shape[0] as number;
  const asLayer = (state: Tensor): Tensor => reshape(state, [1, B, H]);
  const asRows = (state: Tensor): Tensor => reshape(state, [B, H]);
  if (layer instanceof LSTM) {
    const c = start.c as Tensor;
    const { output, state } = layer.forward(x, { state: { h: asLayer(start.h), c: asLayer(c) } });
    return { output, state: { h: asRows(state.h), c: asRows(state.c) } };
  }
  const { output, state } = layer.forward(x, { state: asLayer(start.h) });
  return { output, state: { h: asRows(state) } };
}

/** Layers whose weights are in the form that steps read; they serve all steps of a batch. */
export class StackSteps {
  readonly #layers: readonly LayerSteps[];
  readonly #between: Dropout;

  constructor(layers: readonly LayerSteps[], between: Dropout) {
    this.#layers = layers;
    this.#between = between;
  }

  /** What steps read of the weights, and the input weights of all layers but the first. */
  get weights(): readonly LayerWeights[] {
    return this.#layers.map((layer, k) => (k === 0 ? layer.weights : { ...layer.weights, ...layer.inputWeights }));
  }

  /** W·x + b of the first layer, of inputs [..., I]. */
  inputProduct(x: Tensor): Tensor {
    return (this.#layers[0] as LayerSteps).inputProduct(x);
  }

  /**
   * One step of all layers.
   * @param gx input product of the first layer [B, G·H]
   * @param more what is added to it [B, G·H]
   * @param masks of this step [B, H], from `LayerStack.masks`; drawn where there are none
   */
  step(
    gx: Tensor,
    before: readonly LayerState[],
    {
      more,
      weights,
      masks = [],
    }: { more?: Tensor | undefined; weights: readonly LayerWeights[]; masks?: readonly Tensor[] },
  ): LayerState[] {
    const states: LayerState[] = [];
    for (const [k, layer] of this.#layers.entries()) {
      const below = states[k - 1];
      const own = weights[k] as LayerWeights;
      const mask = masks[k - 1];
      const dropped = below && (mask ? mul(below.h, mask) : this.#between.forward(below.h));
      const product = dropped ? layer.inputProduct(dropped, own) : gx;
      states.push(layer.step(product, before[k] as LayerState, { more: k === 0 ? more : undefined, weights: own }));
    }
    return states;
  }
}
