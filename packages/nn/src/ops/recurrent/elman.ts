import { type ElmanOptions, elmanBackward, elmanForward, elmanWavefront } from "@unroll/kernels";
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
import { layersOf, type Stack, wavefront } from "./wavefront";

type Inputs = ScanInputs & {
  /** Input product W·x + b [B, T, D·H]. */
  readonly gx: Tensor;
};
/** What the forward scan of a layer makes. */
type Made = {
  readonly y: Tensor;
  /** Pre-activations, where they are clipped. */
  readonly raw?: Tensor | undefined;
};
type Call = { readonly dims: ScanDims; readonly options: ElmanOptions };
type Attributes = Call & {
  /** What the scan makes, where a stack has made it already. */
  readonly made?: Made | undefined;
};
/** y [B, T, D·H] and the final state [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor };

/** An Elman network over all steps of a layer, after its input product; `elmanForward` has the equations. */
export const elmanScan = defineOp<Inputs, Attributes, Outputs, Inputs & Made>({
  name: "rnn",
  forward(inputs, { dims, options, made }) {
    const { h0, lengths } = inputs;
    const { y, raw } = made ?? scan(inputs, { dims, options });
    return { out: { y, hN: lastState(dims, options, { y, h0, lengths }).hN }, saved: { ...inputs, y, raw } };
  },
  backward({ y: dy, hN: dhN }, { gx, r, h0, y, raw, lengths, order, steps }, needs, { dims, options }) {
    const rows = padded("rnn", dims, r);
    const dOutput = outputGradient(dims, options, { dy, dhN, lengths });
    const { dGates } = run(
      elmanBackward,
      { dy: dOutput, y, raw, rows, order },
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

function scan({ gx, r, h0, order }: Inputs, { dims, options }: Call): Made {
  const rT = packed("rnn", dims, r);
  const outputs = options.clip > 0 ? (["raw"] as const) : [];
  const call = { dims, options, shapes: { y: gx.shape }, dtypes: { y: gx.dtype }, outputs };
  return run(elmanForward, { gx, rT, h0, order }, call);
}

/** What `elmanScan` makes of each layer of a stack, all as one wavefront; nothing where that saves no dispatch. */
export function elmanStack(stack: Stack, { dims, options }: Call): Made[] {
  const { gx, h0, order } = stack;
  const kernels = { layer: elmanForward, stack: elmanWavefront };
  const wave = wavefront("rnn", kernels, stack, { dims, options, given: { h0 } });
  if (!wave) return [];
  const { rT, bias } = wave;
  const { y } = run(elmanWavefront, { gx, rT, h0, order }, { dims: wave.dims, options: { ...options, bias } });
  return layersOf({ y }, wave.dims.L);
}
