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
  /** Peepholes of an LSTM [H, 3], unit by unit: i f o. */
  readonly peephole?: Float32Array | undefined;
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
  /** Bound of pre-activations. */
  readonly clip?: number | undefined;
  /** Whether an LSTM's f is 1 − i; weights that f has are left out. */
  readonly coupled?: boolean;
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

  private constructor(settings: LayerSettings, has: { bias: boolean; peepholes: boolean }) {
    this.settings = settings;
    this.#recurrent = build(settings, has);
  }

  /** @param weights of each direction, forward first */
  static async of(settings: LayerSettings, weights: readonly DirectionWeights[]): Promise<RecurrentLayer> {
    const biases = weights.map(({ bias }) => bias).filter((bias) => bias !== undefined);
    const peepholes = weights.map(({ peephole }) => peephole).filter((peephole) => peephole !== undefined);
    const layer = new RecurrentLayer(settings, { bias: biases.length > 0, peepholes: peepholes.length > 0 });
    const { weightIh, weightHh, bias } = layer.module;
    const rows = (all: Float32Array, columns: number) =>
      settings.coupled ? withoutEach(all, { of: 4 * columns, from: columns, count: columns }) : all;
    const pairs: [Parameter | undefined, Float32Array<ArrayBuffer>][] = [
      [weightIh[0], concatenated(weights.map(({ input }) => rows(input, settings.inputSize)))],
      [weightHh[0], concatenated(weights.map(({ recurrent }) => rows(recurrent, settings.hiddenSize)))],
    ];
    if (biases.length > 0) pairs.push([bias[0], concatenated(biases.map((each) => rows(each, 1)))]);
    if (peepholes.length > 0 && layer.module instanceof LSTM) {
      const own = peepholes.map((each) => (settings.coupled ? withoutEach(each, { of: 3, from: 1, count: 1 }) : each));
      pairs.push([layer.module.peepholeWeight[0], concatenated(own)]);
    }
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

/** `values` without `count` numbers from place `from` on in each run of `of`. */
function withoutEach(values: Float32Array, { of, from, count }: { of: number; from: number; count: number }) {
  return values.filter((_, n) => n % of < from || n % of >= from + count);
}

function build(
  { cell, inputSize, hiddenSize, ...settings }: LayerSettings,
  { bias, peepholes }: { bias: boolean; peepholes: boolean },
): Recurrent {
  const { direction, gate, candidate, output, reset, coupled = false, clip = Number.POSITIVE_INFINITY } = settings;
  const options = ({ lengths }: Call) => ({ lengths, allowEmpty: true });
  if (cell === "lstm") {
    const module = new LSTM(inputSize, hiddenSize, {
      ...{ direction, bias, gate, candidate, output },
      ...{ clip, coupled, peepholes },
    });
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
      ? new GRU(inputSize, hiddenSize, { direction, bias, reset, gate, candidate, clip })
      : new RNN(inputSize, hiddenSize, { direction, bias, activation: candidate, clip });
  return {
    module,
    forward(x, call) {
      const result = module.forward(x, { ...options(call), state: call.states?.[0] });
      return { output: result.output, states: [result.state] };
    },
  };
}
