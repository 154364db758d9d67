import { type GRUOptions, gruBackward, gruForward } from "@unroll/kernels";
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

type GRUAttributes = StepForms & { readonly options: GRUOptions };
type GRUSaved = { readonly inputs: StepInputs; readonly gates: Tensor };
const gruMade = new Made<StepGradients>();
const gruRules = rules<StepInputs, HiddenOut, GRUAttributes, GRUSaved>("gru", ({ h: dh }, saved, { options, rows }) =>
  gruMade.of(saved, [dh], () => {
    const { inputs, gates } = saved;
    const { gx, h } = inputs;
    return run(
      gruBackward,
      { dy: outputGradient(dh, inputs), gates, hPrev: h, rows },
      {
        dims: dimsOf(inputs),
        options,
        shapes: { dGx: gx.shape, dGh: gx.shape },
        dtypes: { dGx: gx.dtype, dGh: gx.dtype },
      },
    );
  }),
);

/** One step of a GRU that resets after its product; `gruForward` has the equations. */
export const gruStep = defineOp<StepInputs, GRUAttributes, HiddenOut, GRUSaved>({
  name: "gruStep",
  forward(inputs, { options, rT }) {
    const { gx, more, bN, h } = inputs;
    const { y, gates } = run(
      gruForward,
      { gx, more, rT, bN, h0: h },
      { dims: dimsOf(inputs), options, shapes: { y: h.shape }, dtypes: { y: gx.dtype, gates: gx.dtype } },
    );
    return { out: { h: y }, saved: { inputs, gates } };
  },
  backward: (dOut, saved, needs, attributes) => gruRules.one(dOut, saved, needs, attributes).all,
  shared: { inputs: ["r", "bN"], key: () => "steps", backward: (records, needs) => gruRules.all(records, needs) },
});
