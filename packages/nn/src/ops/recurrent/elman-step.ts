import { type ElmanOptions, elmanBackward, elmanForward } from "@unroll/kernels";
import { defineOp } from "../../autograd/define-op";
import { run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import {
  dimsOf,
  type HiddenOut,
  Made,
  outputGradient,
  rules,
  type StepForms,
  type StepGradients,
  type StepInputs,
} from "./step";

type ElmanAttributes = StepForms & { readonly options: ElmanOptions };
type ElmanSaved = { readonly inputs: StepInputs; readonly y: Tensor };
const elmanMade = new Made<StepGradients>();
const elmanRules = rules<StepInputs, HiddenOut, ElmanAttributes, ElmanSaved>(
  "rnn",
  ({ h: dh }, saved, { options, rows }) =>
    elmanMade.of(saved, [dh], () => {
      const { inputs, y } = saved;
      const { gx } = inputs;
      const { dGates } = run(
        elmanBackward,
        { dy: outputGradient(dh, inputs), y, rows },
        { dims: dimsOf(inputs), options, shapes: { dGates: gx.shape }, dtypes: { dGates: gx.dtype } },
      );
      return { dGx: dGates, dGh: dGates, carry: undefined };
    }),
);

/** One step of an Elman network after its input product; `elmanForward` has the equation. Options without a clip. */
export const elmanStep = defineOp<StepInputs, ElmanAttributes, HiddenOut, ElmanSaved>({
  name: "rnnStep",
  forward(inputs, { options, rT }) {
    const { gx, more, h } = inputs;
    const { y } = run(
      elmanForward,
      { gx, more, rT, h0: h },
      { dims: dimsOf(inputs), options, shapes: { y: h.shape }, dtypes: { y: gx.dtype } },
    );
    return { out: { h: y }, saved: { inputs, y } };
  },
  backward: (dOut, saved, needs, attributes) => elmanRules.one(dOut, saved, needs, attributes).all,
  shared: { inputs: ["r"], key: () => "steps", backward: (records, needs) => elmanRules.all(records, needs) },
});
