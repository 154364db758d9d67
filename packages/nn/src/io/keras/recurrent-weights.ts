import { gateCount } from "@unroll/kernels";
import { GRU } from "../../modules/gru";
import { LSTM } from "../../modules/lstm";
import type { RNN } from "../../modules/rnn";
import { type Cell, fromBlocks, fromKernel, type GateSize, toBlocks, toKernel } from "../gate-order";
import type { KerasWeight, LayerWeights } from "./layer";
import { fillParameter, reading } from "./plain-layers";

export type RecurrentModule = RNN | LSTM | GRU;

export const cellOf = (module: RecurrentModule): Cell =>
  module instanceof LSTM ? "lstm" : module instanceof GRU ? "gru" : "rnn";

/** Both biases of a GRU that resets after its recurrent product, as they were read: [2, 3U] for each direction. */
export type ReadBiases = Map<string, Float32Array>;

interface Part {
  readonly cell: Cell;
  readonly H: number;
  readonly rows: number;
  readonly I: number;
  readonly hasBias: boolean;
  readonly isAfter: boolean;
}

function partOf(module: RecurrentModule, layer: number): Part {
  const cell = cellOf(module);
  const H = module.hiddenSize;
  const I = layer === 0 ? module.inputSize : module.outputSize;
  const isAfter = module instanceof GRU && module.reset === "after";
  return { cell, H, rows: gateCount(cell) * H, I, hasBias: module.bias.length > 0, isAfter };
}

const size = ({ cell, H }: Part, columns: number): GateSize => ({ cell, hiddenSize: H, columns });

/**
 * Fills a module of one layer from Keras's kernel [I, G·U], recurrent_kernel [U, G·U] and bias: [G·U], or in a GRU with
 * reset_after [2, 3U], whose rows act apart in the candidate and are summed in the gates.
 * @param prefixes "" or, direction by direction, "forward/" and "backward/"
 */
export function readRecurrent(module: RecurrentModule, weights: LayerWeights, prefixes: readonly string[]): ReadBiases {
  const part = partOf(module, 0);
  const { rows, I, H } = part;
  const D = prefixes.length;
  const w = new Float32Array(D * rows * I);
  const r = new Float32Array(D * rows * H);
  const b = new Float32Array(D * rows);
  const bN = new Float32Array(D * H);
  const read: ReadBiases = new Map();
  for (const [d, prefix] of prefixes.entries()) {
    w.set(fromKernel("keras", size(part, I), weights.take(`${prefix}kernel`, [I, rows])), d * rows * I);
    r.set(fromKernel("keras", size(part, H), weights.take(`${prefix}recurrent_kernel`, [H, rows])), d * rows * H);
    if (!part.hasBias) continue;
    const bias = weights.take(`${prefix}bias`, part.isAfter ? [2, rows] : [rows]);
    b.set(fromBlocks("keras", size(part, 1), part.isAfter ? summed(bias, rows, H) : bias), d * rows);
    if (!part.isAfter) continue;
    bN.set(bias.subarray(2 * rows - H), d * H); // z r h: the candidate's are the last
    read.set(prefix, bias);
  }
  const [weightIh, weightHh, ownBias] = [module.weightIh[0], module.weightHh[0], module.bias[0]];
  if (weightIh) fillParameter(weightIh, w);
  if (weightHh) fillParameter(weightHh, r);
  if (ownBias) fillParameter(ownBias, b);
  const stateBias = module instanceof GRU ? module.recurrentBias[0] : undefined;
  if (stateBias) fillParameter(stateBias, bN);
  return read;
}

/** Both rows of a bias [2, 3U] as one: the sum in the gates z and r, the input's own in the candidate. */
function summed(bias: Float32Array, rows: number, H: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, at) => (bias[at] ?? 0) + (at < rows - H ? (bias[rows + at] ?? 0) : 0));
}

/**
 * The weights of one direction of one layer as Keras names and lays them out. A bias that is as it was read is written
 * back bit for bit; one that was trained since goes into the first row, beside 0 in the second.
 */
export function writeRecurrent(
  module: RecurrentModule,
  {
    layer,
    direction,
    prefix,
    read,
  }: { layer: number; direction: number; prefix: string; read?: ReadBiases | undefined },
): KerasWeight[] {
  const part = partOf(module, layer);
  const { rows, I, H } = part;
  const own = async (list: readonly Parameters<typeof reading>[0][], each: number): Promise<Float32Array> => {
    const from = list[layer];
    return from ? (await reading(from)()).subarray(direction * each, (direction + 1) * each) : new Float32Array(each);
  };
  const kernel = {
    name: `${prefix}kernel`,
    shape: [I, rows],
    read: async () => toKernel("keras", size(part, I), await own(module.weightIh, rows * I)),
  };
  const recurrent = {
    name: `${prefix}recurrent_kernel`,
    shape: [H, rows],
    read: async () => toKernel("keras", size(part, H), await own(module.weightHh, rows * H)),
  };
  if (!part.hasBias) return [kernel, recurrent];
  const bias = {
    name: `${prefix}bias`,
    shape: part.isAfter ? [2, rows] : [rows],
    read: async () => {
      const ofInput = toBlocks("keras", size(part, 1), await own(module.bias, rows));
      if (!(module instanceof GRU && part.isAfter)) return ofInput;
      return bothBiases(ofInput, await own(module.recurrentBias, H), read?.get(prefix));
    },
  };
  return [kernel, recurrent, bias];
}

function bothBiases(ofInput: Float32Array, ofState: Float32Array, before?: Float32Array): Float32Array<ArrayBuffer> {
  const rows = ofInput.length;
  const both = new Float32Array(2 * rows);
  both.set(ofInput);
  both.set(ofState, 2 * rows - ofState.length);
  const sums = before && summed(before, rows, ofState.length);
  for (let at = 0; sums && before && at < rows - ofState.length; at++) {
    if (!Object.is(sums[at], ofInput[at])) continue;
    both[at] = before[at] ?? 0;
    both[rows + at] = before[rows + at] ?? 0;
  }
  return both;
}
