import { type LSTMOptions, lstmBackward, lstmForward, sliceDims, stridedCopy } from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import {
  dimsOf,
  inputGradients,
  Made,
  outputGradient,
  rules,
  type StepForms,
  type StepGradients,
  type StepInputs,
} from "./step";

type LSTMInputs = StepInputs & {
  /** Cell state before the step [B, H]. */
  readonly c: Tensor;
};
type LSTMOut = { readonly h: Tensor; readonly c: Tensor };
type LSTMAttributes = StepForms & { readonly options: LSTMOptions };
type LSTMSaved = { readonly inputs: LSTMInputs; readonly gates: Tensor; readonly cells: Tensor };

/** Cells as the kernel wrote them, by the cell states that are their second halves: the next step reads those. */
const cellsOf = new WeakMap<Tensor, Tensor>();

const lstmMade = new Made<StepGradients>();
const lstmRules = rules<LSTMInputs, LSTMOut, LSTMAttributes, LSTMSaved>(
  "lstm",
  ({ h: dh, c: dcN }, saved, { options, rows }) =>
    lstmMade.of(saved, [dh, dcN], () => {
      const { inputs, gates, cells } = saved;
      const { gx } = inputs;
      const { dGates, carry } = run(
        lstmBackward,
        { dy: outputGradient(dh, inputs), gates, cells, rows, dcN },
        {
          dims: dimsOf(inputs),
          options,
          shapes: { dGates: gx.shape, carry: inputs.c.shape },
          dtypes: { dGates: gx.dtype },
        },
      );
      return { dGx: dGates, dGh: dGates, carry };
    }),
);

/** One step of an LSTM; `lstmForward` has the equations. Options without peepholes and coupled gates. */
export const lstmStep = defineOp<LSTMInputs, LSTMAttributes, LSTMOut, LSTMSaved>({
  name: "lstmStep",
  forward(inputs, { options, rT }) {
    const { gx, more, h, c } = inputs;
    const before = cellsOf.get(c);
    const { y, gates, cells } = run(
      lstmForward,
      { gx, more, rT, h0: h, c0: before ?? c },
      {
        dims: dimsOf(inputs),
        options: { ...options, paired: before !== undefined },
        shapes: { y: h.shape },
        dtypes: { y: gx.dtype, gates: gx.dtype },
      },
    );
    const [B, H] = h.shape as [number, number];
    // Computed only where someone asks for it: the next step reads the cells themselves.
    const call = sliceDims([B * H, 2], { begin: [0, 1], extent: [B * H, 1] });
    const { out } = run(stridedCopy, { x: cells }, { ...call, shapes: { out: [B, H] }, dtypes: { out: "f32" } });
    cellsOf.set(out, cells);
    return { out: { h: y, c: out }, saved: { inputs, gates, cells } };
  },
  backward(dOut, saved, needs, attributes) {
    const { step, all } = lstmRules.one(dOut, saved, needs, attributes);
    // What flows back along the cell is the gradient of c alone: that of h is Rᵀ·dGates.
    const h = needs.has("h")
      ? inputGradients("lstm", saved.inputs, { ...step, carry: undefined }, attributes, needs).h
      : undefined;
    return { ...all, ...(h ? { h } : {}), c: step.carry };
  },
  shared: { inputs: ["r"], key: () => "steps", backward: (records, needs) => lstmRules.all(records, needs) },
});
