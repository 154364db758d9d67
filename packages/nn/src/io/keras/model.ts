import { ValueError } from "@unroll/kernels";
import { Module } from "../../modules/module";
import { expectKnown } from "../../tensor/known-options";
import type { Tensor } from "../../tensor/tensor";
import type { Flow, KerasLayer, LayerState } from "./layer";
import { KerasRecurrent } from "./recurrent-layer";

/** States of a model's recurrent layers by the layers' names, [B, H] each: h, c in an LSTM; both directions' in turn. */
export type KerasState = ReadonlyMap<string, LayerState>;

/** A chain of Keras layers, trained and run here like every module. */
export class KerasModel extends Module {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  /** Extents of the input after the batch axis, null for one that is open; empty where the file does not say. */
  readonly inputShape: readonly (number | null)[];

  constructor(name: string, layers: readonly KerasLayer[], inputShape: readonly (number | null)[] = []) {
    super();
    this.name = name;
    this.layers = layers;
    this.inputShape = inputShape;
  }

  /**
   * Masks go from layer to layer as in Keras. What a stateful layer keeps is returned and, for the next call, passed in
   * again, with `detach` where the gradient is to end; without it a layer starts from zeros.
   * @param x what the first layer reads: tokens [B, T] or features [B, T, F], from `tensor(values)` where masks are made
   * @returns the last layer's output, and the states of the stateful layers
   * @throws ValueError for a state of a layer that is not there
   */
  forward(x: Tensor, options: { state?: KerasState | undefined } = {}): { output: Tensor; state: KerasState } {
    const { state } = expectKnown("KerasModel.forward", options, ["state"]);
    for (const name of state?.keys() ?? []) this.#expectRecurrent(name);
    const kept = new Map<string, LayerState>();
    let flow: Flow = { x };
    for (const layer of this.layers) {
      if (!(layer instanceof KerasRecurrent)) {
        flow = layer.forward(flow);
        continue;
      }
      const made = layer.run(flow, state?.get(layer.layerName));
      flow = made.flow;
      if (layer.settings.stateful) kept.set(layer.layerName, made.state);
    }
    return { output: flow.x, state: kept };
  }

  #expectRecurrent(name: string): void {
    const recurrent = this.layers.filter((layer) => layer instanceof KerasRecurrent).map(({ layerName }) => layerName);
    if (recurrent.includes(name)) return;
    throw new ValueError({
      where: "KerasModel.forward",
      what: "state",
      expected: recurrent.length > 0 ? `of the recurrent layers ${recurrent.join(", ")}` : "absent: no layer has one",
      received: `of "${name}"`,
    });
  }
}
