import { lstmGates, lstmProjectedBackward, lstmProjectedForward, type ProjectedLSTMOptions } from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run, view } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { backwardWeights, forwardWeights, type LSTMInputs, peepholeSum } from "./lstm-weights";
import { lastState, outputGradient, recurrentGradient, type ScanDims, startGradient, stateBefore } from "./scan";

type Inputs = LSTMInputs & {
  /** What makes states of P features from H units [D, P, H]. */
  readonly projection: Tensor;
};
type Attributes = { readonly dims: ScanDims; readonly options: ProjectedLSTMOptions };
/** y [B, T, D·P] and the final states [D, B, P] and [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor; readonly cN: Tensor };
type Saved = Inputs & {
  readonly y: Tensor;
  /** What the projection multiplies, o∘tanh(c) [B, T, D·H]. */
  readonly hidden: Tensor;
  readonly gates: Tensor;
  readonly cells: Tensor;
};

/**
 * An LSTM with a projected state over all steps of a layer, after its input product; `lstmProjectedForward` has the
 * equations. R is [D, G·H, P]. dtypes are as in `lstmScan`.
 */
export const lstmProjectedScan = defineOp<Inputs, Attributes, Outputs, Saved>({
  name: "lstmProjected",
  forward(inputs, { dims, options }) {
    const { gx, r, peephole, projection, h0, c0, lengths, order } = inputs;
    const { D, B, T, H } = dims;
    const P = options.projection;
    const rT = forwardWeights(dims, options, { r, peephole, projection });
    const call = { dims, options, dtypes: { y: gx.dtype, gates: gx.dtype } };
    const made = run(lstmProjectedForward, { gx, rT, h0, c0, order }, call);
    const { gates, cells } = made;
    const y = view(made.y, [B, T, D * P]);
    const hidden = view(made.y, [B, T, D * H], B * T * D * P);
    const { hN } = lastState({ ...dims, H: P }, options, { y, h0, lengths });
    const { cN } = lastState(dims, options, { y: hidden, cells, h0: undefined, c0, lengths });
    return { out: { y, hN, cN }, saved: { ...inputs, y, hidden, gates, cells } };
  },
  // The reverse scan makes the gradients of all gates and states; those of the weights are products over all steps:
  // dR = dGatesᵀ·h_{t−1} and dW = dhᵀ·(o∘tanh(c)).
  backward({ y: dy, hN: dhN, cN: dcN }, saved, needs, { dims, options }) {
    const { gx, r, peephole, projection, h0, y, hidden, gates, cells, lengths, order, steps } = saved;
    const { D, B, T, H } = dims;
    const [G, P] = [lstmGates(options), options.projection];
    const states = { ...dims, H: P };
    const { reverse } = options;
    const { rows, stride } = backwardWeights(dims, options, { r, peephole, projection });
    const { dSteps, carry } = run(
      lstmProjectedBackward,
      { dy: outputGradient(states, options, { dy, dhN, lengths }), gates, cells, rows, order, dcN },
      { dims, options, dtypes: { dSteps: gx.dtype } },
    );
    const dGates = view(dSteps, gx.shape);
    const dState = view(dSteps, [B, T, D * P], B * T * D * G * H);
    const hPrev = () => stateBefore(states, options, { y, h0, lengths });
    return {
      gx: dGates,
      c0: carry,
      ...(needs.has("r") ? { r: recurrentGradient(states, { dGates, hPrev: hPrev(), steps, r }).dR } : {}),
      ...(needs.has("projection")
        ? { projection: recurrentGradient(dims, { dGates: dState, hPrev: hidden, steps, r: projection }).dR }
        : {}),
      ...(needs.has("h0")
        ? { h0: startGradient(G, states, { reverse, units: H, stride }, { dGates, rows, lengths, dhN }) }
        : {}),
      ...(needs.has("peephole") ? { peephole: peepholeSum(dims, options, { dGates, cells, lengths }) } : {}),
    };
  },
});
