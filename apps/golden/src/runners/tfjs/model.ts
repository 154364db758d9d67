import { UnsupportedError } from "@unroll/kernels";
import { detach, type KerasModel, type KerasState, type Parameter, readTfjs, type Tensor, tensor } from "@unroll/nn";
import { type GoldenTensor, parseGoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { f32 } from "../tensors";
import { documentOf, layerName } from "./document";

/** A sequential model of TensorFlow.js, read from the files that it would have saved. */
export class TfjsModel {
  readonly #model: KerasModel;
  /** Whether its first layer reads tokens. */
  readonly #readsTokens: boolean;
  /** The first layer with a state. */
  readonly #firstRecurrent: string;
  #state: KerasState | undefined;

  constructor(fields: Fields, stateful: boolean) {
    const configs = fields.list("layers");
    const weights = fields.array("initial_weights").map((list, layer): GoldenTensor[] => {
      if (!Array.isArray(list)) throw new TypeError(`initial_weights[${layer}] should be a list of tensors.`);
      return list.map((each, index) => parseGoldenTensor(each, `initial_weights[${layer}][${index}]`));
    });
    const types = configs.map((config) => config.text("type"));
    this.#readsTokens = types[0] === "embedding";
    this.#firstRecurrent = layerName(
      types.findIndex((type) => !["embedding", "dense", "timeDistributed"].includes(type)),
    );
    const { shape } = fields.fields("inputs").tensor("x");
    this.#model = read(() => readTfjs(documentOf(configs, weights, { stateful, shape })));
  }

  get parameters(): Parameter[] {
    return this.#model.parameters();
  }

  /** States that stateful layers keep for the next call. */
  get kept(): readonly Tensor[] {
    return [...(this.#state?.values() ?? [])].flat();
  }

  resetStates(): void {
    this.#state = undefined;
  }

  /** @param initialState of the first recurrent layer */
  predict(x: GoldenTensor, initialState?: readonly Tensor[]): Tensor {
    const given = this.#readsTokens ? tensor(Int32Array.from(x.data), { shape: x.shape }) : f32(x);
    const state = initialState ? new Map([[this.#firstRecurrent, initialState]]) : this.#state;
    const { output, state: next } = this.#model.forward(given, { state });
    // The graph is cut between the calls of a stateful layer, as truncated back-propagation does.
    this.#state = new Map([...next].map(([layer, states]) => [layer, states.map(detach)]));
    return output;
  }

  /** A layer's weights now, in the layout and order of TensorFlow.js. */
  async weights(layer: number): Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]> {
    const { weights = [] } = this.#model.layers[layer]?.describe() ?? {};
    return Promise.all(weights.map(async ({ shape, read: values }) => ({ shape, data: await values() })));
  }
}

/** What the packages say that they do not read cannot run yet. */
function read(body: () => KerasModel): KerasModel {
  try {
    return body();
  } catch (cause) {
    if (cause instanceof UnsupportedError) throw new UnsupportedCase(cause.message, { cause });
    throw cause;
  }
}
