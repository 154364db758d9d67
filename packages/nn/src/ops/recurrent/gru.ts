import {
  type GRUOptions,
  gruBackward,
  gruForward,
  gruResetBeforeBackward,
  gruResetBeforeForward,
  gruWavefront,
  sliceDims,
  stridedCopy,
} from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { concat } from "../concat";
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

type Attributes = { readonly dims: ScanDims; readonly options: GRUOptions };
/** y [B, T, D·H] and the final state [D, B, H]. */
type Outputs = { readonly y: Tensor; readonly hN: Tensor };
type Inputs = ScanInputs & {
  /** Input product W·x + b [B, T, D·3H], gates unit by unit: r z n. */
  readonly gx: Tensor;
};
type AfterInputs = Inputs & {
  /** Bias of the state's part of n [D, H]; zeros when absent. */
  readonly bN: Tensor | undefined;
};

/** What the forward scan of a layer makes. */
type Made = { readonly y: Tensor; readonly gates: Tensor };
type AfterAttributes = Attributes & {
  /** What the scan makes, where a stack has made it already. */
  readonly made?: Made | undefined;
};

/** A GRU that applies the reset gate after the recurrent product, over all steps; `gruForward` has the equations. */
export const gruScan = defineOp<AfterInputs, AfterAttributes, Outputs, AfterInputs & Made>({
  name: "gru",
  forward(inputs, { dims, options, made }) {
    const { h0, lengths } = inputs;
    const { y, gates } = made ?? scan(inputs, { dims, options });
    return { out: { y, hN: lastState(dims, options, { y, h0, lengths }).hN }, saved: { ...inputs, y, gates } };
  },
  // The reverse scan makes the gradients of the input's part (dGx) and the state's part (dGh) of each gate; the bias
  // of the state's part of n is the sum of the latter, every third of the sums that the matmul makes anyway.
  backward({ y: dy, hN: dhN }, { gx, r, bN, h0, y, gates, lengths, order, steps }, needs, { dims, options }) {
    const { D, H } = dims;
    const rows = padded("gru", dims, r);
    const hPrev = stateBefore(dims, options, { y, h0, lengths });
    const { dGx, dGh, carry } = run(
      gruBackward,
      { dy: outputGradient(dims, options, { dy, dhN, lengths }), gates, hPrev, rows, order },
      { dims, options, shapes: { dGx: gx.shape, dGh: gx.shape }, dtypes: { dGx: gx.dtype, dGh: gx.dtype } },
    );
    const withSum = bN !== undefined && needs.has("bN");
    const { dR, sum } = recurrentGradient(dims, { dGates: dGh, hPrev, steps, r, withSum });
    return {
      gx: dGx,
      r: dR,
      ...(sum ? { bN: everyThird(sum, [D, H]) } : {}),
      ...(needs.has("h0")
        ? { h0: startGradient("gru", dims, options, { dGates: dGh, rows, carry, lengths, dhN }) }
        : {}),
    };
  },
});

function scan({ gx, r, bN, h0, order }: AfterInputs, { dims, options }: Attributes): Made {
  const rT = packed("gru", dims, r);
  const shapes = { y: [dims.B, dims.T, dims.D * dims.H] };
  const dtypes = { y: gx.dtype, gates: gx.dtype };
  return run(gruForward, { gx, rT, bN, h0, order }, { dims, options, shapes, dtypes });
}

/** What `gruScan` makes of each layer of a stack, all as one wavefront; nothing where that saves no dispatch. */
export function gruStack(stack: Stack & { readonly bN: readonly Tensor[] }, { dims, options }: Attributes): Made[] {
  const { gx, h0, order } = stack;
  const kernels = { layer: gruForward, stack: gruWavefront };
  const wave = wavefront("gru", kernels, stack, { dims, options, given: { h0, bN: stack.bN[0] } });
  if (!wave) return [];
  const { rT, bias } = wave;
  const bN = stack.bN.length > 0 ? concat(stack.bN, 0) : undefined;
  const { y, gates } = run(gruWavefront, { gx, rT, bN, h0, order }, { dims: wave.dims, options: { ...options, bias } });
  return layersOf({ y, gates }, wave.dims.L);
}

/** A GRU that applies the reset gate before the recurrent product; `gruResetBeforeForward` has the equations. */
export const gruResetBeforeScan = defineOp<Inputs, Attributes, Outputs, Inputs & { gates: Tensor; states: Tensor }>({
  name: "gruResetBefore",
  forward(inputs, { dims, options }) {
    const { gx, r, h0, lengths, order } = inputs;
    const rT = packed("gru", dims, r);
    const shapes = { y: [dims.B, dims.T, dims.D * dims.H] };
    const dtypes = { y: gx.dtype, gates: gx.dtype, states: gx.dtype };
    const { y, gates, states } = run(gruResetBeforeForward, { gx, rT, h0, order }, { dims, options, shapes, dtypes });
    return {
      out: { y, hN: lastState(dims, options, { y, h0, lengths }).hN },
      saved: { ...inputs, gates, states },
    };
  },
  // R multiplies h_{t−1} for r and z, and r∘h_{t−1} for n: both sets of products are summed by one matmul.
  backward({ y: dy, hN: dhN }, { gx, r, gates, states, lengths, order }, needs, { dims, options }) {
    const rows = padded("gru", dims, r);
    const { dGx, dGh, carry } = run(
      gruResetBeforeBackward,
      { dy: outputGradient(dims, options, { dy, dhN, lengths }), gates, states, rows, order },
      { dims, options, shapes: { dGx: gx.shape }, dtypes: { dGx: gx.dtype, dGh: gx.dtype } },
    );
    return {
      gx: dGx,
      ...(needs.has("r")
        ? { r: recurrentGradient(dims, { dGates: dGh, hPrev: states, steps: undefined, times: 2, r }).dR }
        : {}),
      ...(needs.has("h0") ? { h0: startGradient("gru", dims, options, { carry, lengths, dhN }) } : {}),
    };
  },
});

/** The n parts of sums over gates r z n. */
function everyThird(sums: Tensor, shape: readonly [D: number, H: number]): Tensor {
  const n = shape[0] * shape[1];
  const call = sliceDims([3 * n], { begin: [2], extent: [n], step: [3] });
  return run(stridedCopy, { x: sums }, { ...call, shapes: { out: shape }, dtypes: { out: "f32" } }).out;
}
