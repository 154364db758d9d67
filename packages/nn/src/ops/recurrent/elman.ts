import { type ElmanOptions, elmanBackward, elmanForward } from "@unroll/kernels";
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
  /** Input product W·x + b [B, T, D·H]. */
  readonly gx: Tensor;
};
type Attributes = { readonly dims: ScanDims; readonly options: ElmanOptions };
/** y [B, T, D·H] and the final state [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor };

/** An Elman network over all steps of a layer, after its input product; `elmanForward` has the equations. */
export const elmanScan = defineOp<Inputs, Attributes, Outputs, Inputs & { readonly y: Tensor }>({
  name: "rnn",
  forward(inputs, { dims, options }) {
    const { gx, r, h0, lengths, order } = inputs;
    const rT = packed("rnn", dims, r);
    const { y } = run(
      elmanForward,
      { gx, rT, h0, order },
      { dims, options, shapes: { y: gx.shape }, dtypes: { y: gx.dtype } },
    );
    return { out: { y, hN: lastState(dims, options, { y, h0, lengths }).hN }, saved: { ...inputs, y } };
  },
  backward({ y: dy, hN: dhN }, { gx, r, h0, y, lengths, order, steps }, needs, { dims, options }) {
    const rows = padded("rnn", dims, r);
    const dOutput = outputGradient(dims, options, { dy, dhN, lengths });
    const { dGates } = run(
      elmanBackward,
      { dy: dOutput, y, rows, order },
      { dims, options, shapes: { dGates: gx.shape }, dtypes: { dGates: gx.dtype } },
    );
    return {
      gx: dGates,
      ...(needs.has("r")
        ? { r: recurrentGradient(dims, { dGates, hPrev: stateBefore(dims, options, { y, h0, lengths }), steps, r }).dR }
        : {}),
      ...(needs.has("h0") ? { h0: startGradient("rnn", dims, options, { dGates, rows, lengths, dhN }) } : {}),
    };
  },
});
