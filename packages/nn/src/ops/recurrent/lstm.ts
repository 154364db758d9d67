import { type LSTMOptions, lstmBackward, lstmForward } from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import {
  lastState,
  outputGradient,
  packed,
  padded,
  recurrentGradient,
  type ScanDims,
  type ScanInputs,
  startGradient,
  stateBefore,
} from "./scan";

type Inputs = ScanInputs & {
  /** Input product W·x + b [B, T, D·4H], gates unit by unit: i f g o. */
  readonly gx: Tensor;
  /** Cell state to start from [D, B, H]; zeros when absent. */
  readonly c0: Tensor | undefined;
};
type Attributes = { readonly dims: ScanDims; readonly options: LSTMOptions };
/** y [B, T, D·H] and the final states [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor; readonly cN: Tensor };
type Saved = Inputs & { readonly y: Tensor; readonly gates: Tensor; readonly cells: Tensor };

/**
 * An LSTM over all steps of a layer, after its input product; `lstmForward` has the equations. Outputs, gates and their
 * gradients have the dtype of gx; cells and their gradient are f32.
 */
export const lstmScan = defineOp<Inputs, Attributes, Outputs, Saved>({
  name: "lstm",
  forward(inputs, { dims, options }) {
    const { gx, r, h0, c0, lengths, order } = inputs;
    const rT = packed("lstm", dims, r);
    const { y, gates, cells } = run(
      lstmForward,
      { gx, rT, h0, c0, order },
      { dims, options, shapes: { y: [dims.B, dims.T, dims.D * dims.H] }, dtypes: { y: gx.dtype, gates: gx.dtype } },
    );
    const { hN, cN } = lastState(dims, options, { y, cells, h0, c0, lengths });
    return { out: { y, hN, cN }, saved: { ...inputs, y, gates, cells } };
  },
  // The reverse scan makes dGates; the rest are products over all steps: dR = dGatesᵀ·h_{t−1}, and W, b and x get
  // theirs from the input product that made gx.
  backward(
    { y: dy, hN: dhN, cN: dcN },
    { gx, r, h0, y, gates, cells, lengths, order, steps },
    needs,
    { dims, options },
  ) {
    const rows = padded("lstm", dims, r);
    const dOutput = outputGradient(dims, options, { dy, dhN, lengths });
    const { dGates, carry } = run(
      lstmBackward,
      { dy: dOutput, gates, cells, rows, order, dcN },
      { dims, options, shapes: { dGates: gx.shape }, dtypes: { dGates: gx.dtype } },
    );
    return {
      gx: dGates,
      c0: carry,
      ...(needs.has("r")
        ? { r: recurrentGradient(dims, { dGates, hPrev: stateBefore(dims, options, { y, h0, lengths }), steps, r }).dR }
        : {}),
      ...(needs.has("h0") ? { h0: startGradient("lstm", dims, options, { dGates, rows, lengths, dhN }) } : {}),
    };
  },
});
