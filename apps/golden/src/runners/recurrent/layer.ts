import {
  type Activation,
  assign,
  GRU,
  LSTM,
  type Parameter,
  RNN,
  type SequenceDirection,
  type Tensor,
  zeros,
} from "@unroll/nn";
import { concatenated } from "../tensors";

export type Cell = "rnn" | "lstm" | "gru";

/** Weights of one direction in the modules' own order: rows unit by unit, gate by gate. */
export type DirectionWeights = {
  readonly input: Float32Array; //          W [G·H, I]
  readonly recurrent: Float32Array; //      R [G·H, H]
  readonly bias: Float32Array | undefined; // b [G·H]
  /** b_R [H] of a GRU that resets after the recurrent product. */
  readonly candidateBias: Float32Array | undefined;
};

export type LayerSettings = {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly direction: SequenceDirection;
  readonly reset: "before" | "after";
  /** Of the gates; a simple RNN has none. */
  readonly gate: Activation;
  /** Of the candidate; of the new state in a simple RNN. */
  readonly candidate: Activation;
  /** Of an LSTM's cell state on its way out. */
  readonly output: Activation;
};

type Call = {
  readonly states?: readonly (Tensor | undefined)[] | undefined;
  readonly lengths?: ArrayLike<number> | undefined;
};
type Result = { readonly output: Tensor; readonly states: readonly Tensor[] };
type Recurrent = { readonly module: RNN | LSTM | GRU; readonly forward: (x: Tensor, call: Call) => Result };

/** One of the three recurrent modules with weights given from outside; its states are a list: [h], or [h, c]. */
export class RecurrentLayer {
  readonly settings: LayerSettings;
  readonly #recurrent: Recurrent;

  private constructor(settings: LayerSettings, bias: boolean) {
    this.settings = settings;
    this.#recurrent = build(settings, bias);
  }

  /** @param weights of each direction, forward first */
  static async of(settings: LayerSettings, weights: readonly DirectionWeights[]): Promise<RecurrentLayer> {
    const biases = weights.map(({ bias }) => bias).filter((bias) => bias !== undefined);
    const layer = new RecurrentLayer(settings, biases.length > 0);
    const { weightIh, weightHh, bias } = layer.module;
    const pairs: [Parameter | undefined, Float32Array<ArrayBuffer>][] = [
      [weightIh[0], concatenated(weights.map(({ input }) => input))],
      [weightHh[0], concatenated(weights.map(({ recurrent }) => recurrent))],
    ];
    if (biases.length > 0) pairs.push([bias[0], concatenated(biases)]);
    if (biases.length > 0 && layer.module instanceof GRU && settings.reset === "after") {
      const H = settings.hiddenSize;
      const candidates = weights.map(({ candidateBias }) => candidateBias ?? new Float32Array(H));
      pairs.push([layer.module.recurrentBias[0], concatenated(candidates)]);
    }
    await assign(
      pairs.map(([parameter, values]) => {
        if (!parameter) throw new TypeError(`${settings.cell} has no parameter for one of its weights.`);
        return [parameter, values] as const;
      }),
    );
    return layer;
  }

  get module(): RNN | LSTM | GRU {
    return this.#recurrent.module;
  }

  /** States that each row keeps: h, and c in an LSTM. */
  get stateCount(): number {
    return this.settings.cell === "lstm" ? 2 : 1;
  }

  /** A row may have length 0. States are [D, B, H] each; those left out start as zeros. */
  forward(x: Tensor, call: Call = {}): Result {
    return this.#recurrent.forward(x, call);
  }
}

function build({ cell, inputSize, hiddenSize, ...settings }: LayerSettings, bias: boolean): Recurrent {
  const { direction, gate, candidate, output, reset } = settings;
  const options = ({ lengths }: Call) => ({ lengths, allowEmpty: true });
  if (cell === "lstm") {
    const module = new LSTM(inputSize, hiddenSize, { direction, bias, gate, candidate, output });
    return {
      module,
      forward(x, call) {
        const [h, c] = call.states ?? [];
        const nothing = zeros([module.directions, x.shape[0] ?? 0, hiddenSize]);
        const state = h || c ? { h: h ?? nothing, c: c ?? nothing } : undefined;
        const result = module.forward(x, { ...options(call), state });
        return { output: result.output, states: [result.state.h, result.state.c] };
      },
    };
  }
  const module =
    cell === "gru"
      ? new GRU(inputSize, hiddenSize, { direction, bias, reset, gate, candidate })
      : new RNN(inputSize, hiddenSize, { direction, bias, activation: candidate });
  return {
    module,
    forward(x, call) {
      const result = module.forward(x, { ...options(call), state: call.states?.[0] });
      return { output: result.output, states: [result.state] };
    },
  };
}
