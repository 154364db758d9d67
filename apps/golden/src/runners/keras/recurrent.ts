import { UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { namedActivation } from "../recurrent/activations";
import type { Cell } from "../recurrent/layer";
import { KerasBidirectional, mergeModeOf } from "./bidirectional";
import { type CellConfig, type CellWeights, layerOf } from "./cell";
import type { KerasLayer } from "./outputs";
import { KerasRnn, type RnnConfig } from "./rnn";

const CELLS: Readonly<Record<string, Cell>> = { SimpleRNN: "rnn", LSTM: "lstm", GRU: "gru" };

const RNN_KEYS = ["return_sequences", "return_state", "go_backwards", "stateful", "zero_output_for_mask"] as const;
const CELL_KEYS = [
  ...["layer", "units", "activation", "recurrent_activation", "use_bias", "reset_after", "unit_forget_bias"],
  ...["unroll", "dropout", "recurrent_dropout", ...RNN_KEYS],
];
const INPUTS = ["x", "mask", "initial_state"];

/**
 * SimpleRNN, LSTM, GRU, Bidirectional over two of them, or a stack of their cells.
 * @throws UnsupportedCase for another layer
 */
export async function recurrentLayer(layer: string, config: Fields, weights: Fields): Promise<KerasLayer> {
  if (layer === "Bidirectional") return bidirectional(config, weights);
  if (layer === "StackedCells") return stacked(config, weights);
  const rnn = await single(layer, config, weights, "");
  weights.only("kernel", "recurrent_kernel", "bias");
  return {
    inputs: INPUTS,
    call(x, { mask, initialState }) {
      const { output, states } = rnn.call(x, { mask: mask?.data, initialState });
      return { tensors: { output }, states };
    },
    resetState: () => rnn.resetState(),
  };
}

async function bidirectional(config: Fields, weights: Fields): Promise<KerasLayer> {
  config.only("merge_mode", "forward", "backward");
  const [there, back] = [config.fields("forward"), config.fields("backward")];
  const both = new KerasBidirectional(
    await single(there.text("layer"), there, weights, "forward/"),
    await single(back.text("layer"), back, weights, "backward/"),
    mergeModeOf(config.has("merge_mode") ? config.raw("merge_mode") : "concat"),
  );
  return {
    inputs: INPUTS,
    call(x, { mask, initialState }) {
      const result = both.call(x, { mask: mask?.data, initialState });
      const tensors = result.output
        ? { output: result.output }
        : { output_forward: result.forward, output_backward: result.backward };
      return { tensors, states: result.states };
    },
    resetState: () => both.resetState(),
  };
}

async function stacked(config: Fields, weights: Fields): Promise<KerasLayer> {
  config.only("cells", ...RNN_KEYS);
  const cells = config.list("cells");
  // Where the layer's own settings are not stated apart from the cells', those of its last cell stand for them.
  const settings = rnnConfig(RNN_KEYS.some((key) => config.has(key)) ? config : (cells.at(-1) ?? config));
  const layers = await Promise.all(
    cells.map((cell, index) =>
      layerOf(cellConfig(cell.text("layer"), cell), cellWeights(cell, weights, `cell${index}/`), settings.goBackwards),
    ),
  );
  const rnn = new KerasRnn(layers, settings);
  return {
    inputs: INPUTS,
    call(x, { mask, initialState }) {
      const { output, states } = rnn.call(x, { mask: mask?.data, initialState });
      let next = 0;
      const nested = layers.map(({ stateCount }) => {
        next += stateCount;
        return states.slice(next - stateCount, next);
      });
      return { tensors: { output }, states: nested };
    },
    resetState: () => rnn.resetState(),
  };
}

async function single(layer: string, config: Fields, weights: Fields, prefix: string): Promise<KerasRnn> {
  const settings = rnnConfig(config);
  const made = await layerOf(cellConfig(layer, config), cellWeights(config, weights, prefix), settings.goBackwards);
  return new KerasRnn([made], settings);
}

function rnnConfig(config: Fields): RnnConfig {
  return {
    returnSequences: config.flag("return_sequences", false),
    goBackwards: config.flag("go_backwards", false),
    stateful: config.flag("stateful", false),
    zeroOutputForMask: config.flag("zero_output_for_mask", false),
  };
}

function cellConfig(layer: string, config: Fields): CellConfig {
  const cell = CELLS[layer];
  if (!cell) throw new UnsupportedCase(`no layer ${layer}`);
  config.only(...CELL_KEYS);
  for (const key of ["dropout", "recurrent_dropout"]) {
    if (config.number(key, 0) !== 0) throw new UnsupportedCase(`${key} draws other numbers than Keras's`);
  }
  const activation = (key: string, fallback: string) =>
    namedActivation("keras", config.raw(key) === null ? "linear" : config.text(key, fallback));
  return {
    cell,
    units: config.number("units"),
    activation: activation("activation", "tanh"),
    recurrentActivation: activation("recurrent_activation", "sigmoid"),
    resetAfter: cell === "gru" && config.flag("reset_after", true),
  };
}

function cellWeights(config: Fields, weights: Fields, prefix: string): CellWeights {
  return {
    kernel: weights.tensor(`${prefix}kernel`),
    recurrentKernel: weights.tensor(`${prefix}recurrent_kernel`),
    bias: config.flag("use_bias", true) ? weights.tensor(`${prefix}bias`) : undefined,
  };
}
