import { gateCount } from "@unroll/kernels";
import { fromBlocks, type GateSize, toBlocks } from "../gate-order";
import {
  cellOf,
  type RecurrentDescription,
  type RecurrentPart,
  recurrentParts,
  stateSizeOf,
} from "./module-description";

/** Values by name, every one there: the caller has compared names and sizes. */
type Values = ReadonlyMap<string, Float32Array>;

/** The rows of one direction of one layer, in PyTorch's blocks or in ours. */
interface PartSizes {
  readonly ih: GateSize;
  readonly hh: GateSize;
  readonly bias: GateSize;
}

/** A module's own parameters from a PyTorch state dict. */
export function recurrentFromTorch(
  module: RecurrentDescription,
  values: Values,
): Map<string, Float32Array<ArrayBuffer>> {
  const parts = recurrentParts(module);
  const parameters = new Map<string, Float32Array<ArrayBuffer>>();
  // Directions of a layer follow one another in one tensor.
  const append = (name: string, rows: Float32Array): void => {
    const before = parameters.get(name) ?? new Float32Array(0);
    const joined = new Float32Array(before.length + rows.length);
    joined.set(before);
    joined.set(rows, before.length);
    parameters.set(name, joined);
  };
  for (const part of parts) {
    const { torch, ours } = part;
    const size = partSizes(module, part);
    append(ours.ih, fromBlocks("torch", size.ih, take(values, torch.ih)));
    append(ours.hh, fromBlocks("torch", size.hh, take(values, torch.hh)));
    if (module.projSize) append(ours.hr, take(values, torch.hr)); // a row is a feature there as here
    if (!module.hasBias) continue;
    const bih = fromBlocks("torch", size.bias, take(values, torch.bih));
    const bhh = fromBlocks("torch", size.bias, take(values, torch.bhh));
    append(ours.bias, biasSum(module, bih, bhh));
    if (module.kind === "GRU")
      append(
        ours.recurrentBias,
        bhh.filter((_, row) => isCandidate(module, row)),
      );
  }
  return parameters;
}

/**
 * A PyTorch state dict from a module's own parameters. Each element of `bias` that still is the sum of the `loaded` pair
 * gives that pair back, bit for bit; one that has been trained since, or was never loaded, becomes bias_ih, with 0 for
 * bias_hh. Either way bias_ih + bias_hh is exactly the bias.
 */
export function recurrentToTorch(
  module: RecurrentDescription,
  parameters: Values,
  loaded: Values,
): Map<string, Float32Array<ArrayBuffer>> {
  const values = new Map<string, Float32Array<ArrayBuffer>>();
  for (const part of recurrentParts(module)) {
    const { torch, ours } = part;
    const size = partSizes(module, part);
    const own = (name: string): Float32Array => {
      const both = take(parameters, name);
      const length = both.length / module.directions;
      return both.subarray(part.direction * length, (part.direction + 1) * length);
    };
    values.set(torch.ih, toBlocks("torch", size.ih, own(ours.ih)));
    values.set(torch.hh, toBlocks("torch", size.hh, own(ours.hh)));
    if (module.hasBias) {
      const bias = own(ours.bias);
      const before = [torch.bih, torch.bhh].map((name) => loaded.get(name)) as [Float32Array?, Float32Array?];
      const [bih, bhh] = splitBias(module, size.bias, bias, before);
      if (module.kind === "GRU") {
        for (const [u, b] of own(ours.recurrentBias).entries()) bhh[u * gateCount("gru") + CANDIDATE] = b;
      }
      values.set(torch.bih, toBlocks("torch", size.bias, bih)).set(torch.bhh, toBlocks("torch", size.bias, bhh));
    }
    if (module.projSize) values.set(torch.hr, own(ours.hr).slice());
  }
  return values;
}

/** The place of n within a unit of a GRU: its two biases act apart, so they are never summed. */
const CANDIDATE = 2;

const isCandidate = ({ kind }: RecurrentDescription, row: number): boolean =>
  kind === "GRU" && row % gateCount("gru") === CANDIDATE;

/** Rounded to float32 once: the float64 sum of two float32 numbers rounds as the exact sum would (Figueroa 1995). */
function biasSum(module: RecurrentDescription, bih: Float32Array, bhh: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(bih, (b, row) => (isCandidate(module, row) ? b : b + (bhh[row] ?? 0)));
}

/** The two biases, in our order of rows, that PyTorch is to add; the n rows of bhh are left to the caller. */
function splitBias(
  module: RecurrentDescription,
  size: GateSize,
  bias: Float32Array,
  [loadedIh, loadedHh]: readonly [Float32Array?, Float32Array?],
): [bih: Float32Array<ArrayBuffer>, bhh: Float32Array<ArrayBuffer>] {
  const bih = bias.slice();
  const bhh = bias.map((b) => (Object.is(b, -0) ? -0 : 0)); // −0 + 0 would be 0
  if (!loadedIh || !loadedHh) return [bih, bhh];
  const beforeIh = fromBlocks("torch", size, loadedIh);
  const beforeHh = fromBlocks("torch", size, loadedHh);
  for (const [row, sum] of biasSum(module, beforeIh, beforeHh).entries()) {
    if (!Object.is(sum, bias[row])) continue; // tells −0 from 0, and takes NaN for itself
    bih[row] = beforeIh[row] ?? 0;
    bhh[row] = beforeHh[row] ?? 0;
  }
  return [bih, bhh];
}

function partSizes(module: RecurrentDescription, { inputs }: RecurrentPart): PartSizes {
  const gates = { cell: cellOf(module), hiddenSize: module.hiddenSize };
  return {
    ih: { ...gates, columns: inputs },
    hh: { ...gates, columns: stateSizeOf(module) },
    bias: { ...gates, columns: 1 },
  };
}

function take(values: Values, name: string): Float32Array {
  const found = values.get(name);
  if (!found) throw new RangeError(`recurrent-state: ${name} was not checked before it was converted`);
  return found;
}
