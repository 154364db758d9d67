import { type LSTMOptions, lstmGates, lstmRows, packLstm, padLstm, peepholeGradient } from "@unroll/kernels";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { sum } from "../reduce";
import { packed, padded, type ScanDims, type ScanInputs } from "./scan";

/** What an LSTM's scan reads, with a projected state or without. */
export type LSTMInputs = ScanInputs & {
  /** Input product W·x + b [B, T, D·G·H], gates unit by unit: i f g o, or i g o where they are coupled. */
  readonly gx: Tensor;
  /** Cell state to start from [D, B, H]; zeros when absent. */
  readonly c0: Tensor | undefined;
  /** Weights of the peepholes [D, H, G − 1]. */
  readonly peephole: Tensor | undefined;
};

/** What an LSTM multiplies its states by. */
export interface LSTMWeights {
  /** R [D, G·H, P]. */
  readonly r: Tensor;
  /** Weights of the peepholes [D, H, G − 1], unit by unit: i f o, or i o where gates are coupled; none without them. */
  readonly peephole: Tensor | undefined;
  /** W [D, P, H] of a projected state; where there is none, P is H. */
  readonly projection?: Tensor | undefined;
}

const partsOf = ({ peephole, projection }: LSTMWeights) => ({
  peepholes: peephole !== undefined,
  projected: projection !== undefined,
});
const extentsOf = ({ D, H }: ScanDims, options: LSTMOptions, { r }: LSTMWeights) => {
  return { D, G: lstmGates(options), H, P: r.shape[2] as number };
};

/** All of it in one array, as the forward scans take it. */
export function forwardWeights(dims: ScanDims, options: LSTMOptions, weights: LSTMWeights): Tensor {
  const { r, peephole, projection } = weights;
  if (!peephole && !projection) return packed(lstmGates(options), dims, r);
  const call = { dims: extentsOf(dims, options, weights), options: partsOf(weights), dtypes: { rT: r.dtype } };
  return run(packLstm, { r, peephole, projection }, call).rT;
}

/** The same for the backward scans, and the vec4f of one direction, or 0 where there is nothing but R. */
export function backwardWeights(
  dims: ScanDims,
  options: LSTMOptions,
  weights: LSTMWeights,
): { readonly rows: Tensor; readonly stride: number } {
  const { r, peephole, projection } = weights;
  if (!peephole && !projection) return { rows: padded(lstmGates(options), dims, r), stride: 0 };
  const [extents, parts] = [extentsOf(dims, options, weights), partsOf(weights)];
  const { rows } = run(
    padLstm,
    { r, peephole, projection },
    { dims: extents, options: parts, dtypes: { rows: r.dtype } },
  );
  return { rows, stride: lstmRows({ ...extents, ...parts }) };
}

/** The gradient of the peepholes' weights [D, H, G − 1]: each row's part, then their sum. */
export function peepholeSum(
  dims: ScanDims,
  { coupled }: LSTMOptions,
  inputs: { readonly dGates: Tensor; readonly cells: Tensor; readonly lengths: Tensor | undefined },
): Tensor {
  return sum(run(peepholeGradient, inputs, { dims, options: { coupled } }).parts, { axes: [0] });
}
