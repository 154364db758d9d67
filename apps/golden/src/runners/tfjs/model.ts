import { type Parameter, type Tensor, tensor } from "@unroll/nn";
import { type GoldenTensor, parseGoldenTensor } from "@unroll/testing";
import type { Fields } from "../../fields";
import { f32 } from "../tensors";
import { type Flow, type TfjsLayer, tfjsLayer } from "./layers";

/** A sequential model of TensorFlow.js. */
export class TfjsModel {
  readonly layers: readonly TfjsLayer[];
  /** Whether its first layer reads tokens. */
  readonly #readsTokens: boolean;

  private constructor(layers: readonly TfjsLayer[], readsTokens: boolean) {
    this.layers = layers;
    this.#readsTokens = readsTokens;
  }

  static async of(fields: Fields, stateful: boolean): Promise<TfjsModel> {
    const configs = fields.list("layers");
    const weights = fields.array("initial_weights").map((list, layer): GoldenTensor[] => {
      if (!Array.isArray(list)) throw new TypeError(`initial_weights[${layer}] should be a list of tensors.`);
      return list.map((each, index) => parseGoldenTensor(each, `initial_weights[${layer}][${index}]`));
    });
    const layers = await Promise.all(configs.map((config, index) => tfjsLayer(config, weights[index] ?? [], stateful)));
    return new TfjsModel(layers, configs[0]?.text("type") === "embedding");
  }

  get parameters(): Parameter[] {
    return this.layers.flatMap(({ modules }) => modules.flatMap((module) => module.parameters()));
  }

  /** States that stateful layers keep for the next call. */
  get kept(): readonly Tensor[] {
    return this.layers.flatMap(({ memory }) => memory?.kept ?? []);
  }

  resetStates(): void {
    for (const { memory } of this.layers) memory?.resetState();
  }

  /** @param initialState of the first recurrent layer */
  predict(x: GoldenTensor, initialState?: readonly Tensor[]): Tensor {
    let flow: Flow = this.#readsTokens
      ? { x: tensor(Int32Array.from(x.data), { shape: x.shape }), mask: x.data }
      : { x: f32(x) };
    let start = initialState;
    for (const layer of this.layers) {
      flow = layer.forward(flow, layer.memory ? start : undefined);
      if (layer.memory) start = undefined;
    }
    return flow.x;
  }
}
