import { type Activation, concat, permute, reshape, sequenceMask, slice, type Tensor, where } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import { onnxActivations } from "../recurrent/activations";
import { type Cell, type DirectionWeights, type LayerSettings, RecurrentLayer } from "../recurrent/layer";
import { biasesFromBlocks, GATES, matricesFromBlocks } from "../recurrent/weights";
import type { OnnxNode, OnnxOperator } from "./node";

/** Activation functions of one direction, in ONNX's order f, g, h. */
const DEFAULTS: Readonly<Record<Cell, readonly string[]>> = {
  rnn: ["Tanh"],
  lstm: ["Sigmoid", "Tanh", "Tanh"],
  gru: ["Sigmoid", "Tanh"],
};

const KNOWN_ATTRIBUTES: Readonly<Record<Cell, readonly string[]>> = {
  rnn: [],
  lstm: ["input_forget"],
  gru: ["linear_before_reset"],
};

type Settings = Omit<LayerSettings, "direction" | "gate" | "candidate" | "output"> & {
  readonly directions: readonly ("forward" | "reverse")[];
  /** Of each direction. */
  readonly activations: readonly (readonly Activation[])[];
  readonly batchFirst: boolean;
};

/**
 * RNN, LSTM and GRU: X [T, N, I], W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H], sequence_lens [N], initial states
 * [D, N, H]; Y [T, D, N, H] and final states [D, N, H]. With layout 1 the batch axis comes first in all but W, R and B.
 */
export function recurrentOperator(cell: Cell): OnnxOperator {
  return async (node) => {
    const settings = settingsOf(cell, node);
    const { batchFirst } = settings;
    const x = node.float(0);
    const lengths = node.optional(4)?.data;
    const starts = [node.optionalFloat(5), cell === "lstm" ? node.optionalFloat(6) : undefined];
    const input = batchFirst ? x : permute(x, [1, 0, 2]); // [N, T, I]
    const byDirection = (state: Tensor): Tensor => (batchFirst ? permute(state, [1, 0, 2]) : state); // and its inverse
    const states = starts.map((state) => state && byDirection(state));
    const { output, states: finals } = await run(node, settings, { x: input, states, lengths });
    const [N = 0, T = 0] = input.shape;
    const hasSteps = lengths && reshape(sequenceMask(Array.from(lengths), 1), [1, N, 1]);
    // where a row has no step, ours keeps what it began with, and ONNX Runtime has zeros
    const stated = hasSteps ? finals.map((state) => where(hasSteps, state, 0)) : finals;
    const y = reshape(output, [N, T, settings.directions.length, settings.hiddenSize]);
    return [batchFirst ? y : permute(y, [1, 2, 0, 3]), ...stated.map(byDirection)];
  };
}

type Batch = {
  readonly x: Tensor;
  readonly states: readonly (Tensor | undefined)[];
  readonly lengths: ArrayLike<number> | undefined;
};
type Result = { readonly output: Tensor; readonly states: readonly Tensor[] };

/** One module, or one for each direction where their activations differ. */
async function run(node: OnnxNode, settings: Settings, { x, states, lengths }: Batch): Promise<Result> {
  const { directions, activations, cell, ...sizes } = settings;
  const layer = (direction: LayerSettings["direction"], index: number, count: number): Promise<RecurrentLayer> => {
    const [first, second, third] = activations[index] ?? [];
    const candidate = (cell === "rnn" ? first : second) ?? { name: "tanh" };
    const options = { gate: first ?? { name: "sigmoid" }, candidate, output: third ?? { name: "tanh" } };
    const weights = directions
      .slice(index, index + count)
      .map((_, offset) => weightsOf(node, settings, index + offset));
    return RecurrentLayer.of({ cell, ...sizes, direction, ...options }, weights);
  };
  if (directions.length === 1 || JSON.stringify(activations[0]) === JSON.stringify(activations[1])) {
    const direction = directions.length === 2 ? "bidirectional" : (directions[0] ?? "forward");
    return (await layer(direction, 0, directions.length)).forward(x, { states, lengths });
  }
  const [forward, reverse] = await Promise.all(directions.map((direction, index) => layer(direction, index, 1)));
  if (!forward || !reverse) throw new TypeError(`${node.op} should have two directions.`);
  const part = (index: number) => states.map((state) => state && slice(state, 0, index, index + 1));
  const there = forward.forward(x, { states: part(0), lengths });
  const back = reverse.forward(x, { states: part(1), lengths });
  return {
    output: concat([there.output, back.output], 2),
    states: there.states.map((state, k) => concat([state, back.states[k] ?? state], 0)),
  };
}

const DIRECTIONS: Readonly<Record<string, Settings["directions"]>> = {
  forward: ["forward"],
  reverse: ["reverse"],
  bidirectional: ["forward", "reverse"],
};

function settingsOf(cell: Cell, node: OnnxNode): Settings {
  const { op, attributes } = node;
  attributes.only(
    ...["activations", "activation_alpha", "activation_beta", "clip", "direction", "hidden_size", "layout"],
    ...KNOWN_ATTRIBUTES[cell],
  );
  const direction = attributes.text("direction", "forward");
  const directions = DIRECTIONS[direction];
  if (!directions) throw new UnsupportedCase(`direction ${direction} of ${op}`);
  const functions = DEFAULTS[cell];
  const names = attributes.texts(
    "activations",
    directions.flatMap(() => functions),
  );
  if (names.length !== directions.length * functions.length) {
    throw new TypeError(
      `${op} should have ${functions.length} activations a direction but has ${names.length} in all.`,
    );
  }
  const all = onnxActivations(names, {
    alpha: attributes.numbers("activation_alpha", []),
    beta: attributes.numbers("activation_beta", []),
  });
  return {
    cell,
    directions,
    activations: directions.map((_, d) => all.slice(d * functions.length, (d + 1) * functions.length)),
    inputSize: node.input(0).shape[2] ?? 0,
    hiddenSize: attributes.number("hidden_size", node.input(2).shape[2]),
    reset: attributes.flag("linear_before_reset", false) ? "after" : "before",
    batchFirst: attributes.flag("layout", false),
    clip: attributes.has("clip") ? attributes.number("clip") : undefined,
    coupled: attributes.flag("input_forget", false),
  };
}

/** The weights of direction d. B holds all biases of the input product, then all of the recurrent one. */
function weightsOf(node: OnnxNode, { cell, inputSize, hiddenSize, reset }: Settings, d: number): DirectionWeights {
  const sizes = { cell, inputSize, hiddenSize };
  const rows = GATES[cell] * hiddenSize;
  const biases = node.optional(3);
  const peepholes = cell === "lstm" ? node.optional(7) : undefined;
  const bias = (half: number): Float32Array | undefined => biases && part(biases, 2 * d + half, rows);
  return {
    ...matricesFromBlocks(
      "onnx",
      sizes,
      part(node.input(1), d, rows * inputSize),
      part(node.input(2), d, rows * hiddenSize),
    ),
    ...biasesFromBlocks(sizes, { layout: "onnx", input: bias(0), recurrent: bias(1), reset }),
    peephole: peepholes && peepholesOf(part(peepholes, d, 3 * hiddenSize), hiddenSize),
  };
}

/** Blocks i o f, unit by unit as i f o. */
function peepholesOf(blocks: Float32Array, H: number): Float32Array {
  const [i, o, f] = [0, 1, 2];
  return Float32Array.from({ length: 3 * H }, (_, n) => {
    const block = [i, f, o][n % 3] ?? i;
    return blocks[block * H + Math.floor(n / 3)] ?? 0;
  });
}

function part({ data }: GoldenTensor, index: number, length: number): Float32Array {
  return Float32Array.from(data.subarray(index * length, (index + 1) * length));
}
