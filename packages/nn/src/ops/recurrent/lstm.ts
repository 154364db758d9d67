import { type LSTMOptions, lstmBackward, lstmForward, lstmGates, lstmWavefront } from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { backwardWeights, forwardWeights, type LSTMInputs, peepholeSum } from "./lstm-weights";
import { lastState, outputGradient, recurrentGradient, type ScanDims, startGradient, stateBefore } from "./scan";
import { layersOf, type Stack, wavefront } from "./wavefront";

/** What the forward scan of a layer makes. */
type Made = { readonly y: Tensor; readonly gates: Tensor; readonly cells: Tensor };
type Call = { readonly dims: ScanDims; readonly options: LSTMOptions };
type Attributes = Call & {
  /** What the scan makes, where a stack has made it already. */
  readonly made?: Made | undefined;
};
/** y [B, T, D·H] and the final states [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor; readonly cN: Tensor };
type Saved = LSTMInputs & Made;

/**
 * An LSTM over all steps of a layer, after its input product; `lstmForward` has the equations. Outputs, gates and their
 * gradients have the dtype of gx; cells and their gradient are f32.
 */
export const lstmScan = defineOp<LSTMInputs, Attributes, Outputs, Saved>({
  name: "lstm",
  forward(inputs, { dims, options, made }) {
    const { h0, c0, lengths } = inputs;
    const { y, gates, cells } = made ?? scan(inputs, { dims, options });
    const { hN, cN } = lastState(dims, options, { y, cells, h0, c0, lengths });
    return { out: { y, hN, cN }, saved: { ...inputs, y, gates, cells } };
  },
  // The reverse scan makes dGates; the rest are products over all steps: dR = dGatesᵀ·h_{t−1}, and W, b and x get
  // theirs from the input product that made gx.
  backward(
    { y: dy, hN: dhN, cN: dcN },
    { gx, r, peephole, h0, y, gates, cells, lengths, order, steps },
    needs,
    { dims, options },
  ) {
    const { rows, stride } = backwardWeights(dims, options, { r, peephole });
    const { reverse } = options;
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
      ...(needs.has("h0")
        ? { h0: startGradient(lstmGates(options), dims, { reverse, stride }, { dGates, rows, lengths, dhN }) }
        : {}),
      ...(needs.has("peephole") ? { peephole: peepholeSum(dims, options, { dGates, cells, lengths }) } : {}),
    };
  },
});

function scan({ gx, r, peephole, h0, c0, order }: LSTMInputs, { dims, options }: Call): Made {
  const rT = forwardWeights(dims, options, { r, peephole });
  const shapes = { y: [dims.B, dims.T, dims.D * dims.H] };
  const dtypes = { y: gx.dtype, gates: gx.dtype };
  return run(lstmForward, { gx, rT, h0, c0, order }, { dims, options, shapes, dtypes });
}

/** What `lstmScan` makes of each layer of a stack, all as one wavefront; nothing where that saves no dispatch. */
export function lstmStack(stack: Stack, { dims, options }: Call): Made[] {
  const { gx, h0, c0, order } = stack;
  const kernels = { layer: lstmForward, stack: lstmWavefront };
  const wave = wavefront("lstm", kernels, stack, { dims, options, given: { h0, c0 } });
  if (!wave) return [];
  const { rT, bias } = wave;
  const { y, gates, cells } = run(
    lstmWavefront,
    { gx, rT, h0, c0, order },
    { dims: wave.dims, options: { ...options, bias } },
  );
  return layersOf({ y, gates, cells }, wave.dims.L);
}
