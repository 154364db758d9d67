import { contextGateBackward, contextGate as contextGateKernel } from "@unroll/kernels";
import { defineOp, detach, linear, mul, run, sigmoid, type Tensor } from "@unroll/nn";

type Inputs = {
  /** [R, Q] */
  readonly query: Tensor;
  /** [R, D] */
  readonly context: Tensor;
  /** w·q + b [R, 1], for its gradient alone: see `gatedRows`. */
  readonly logit: Tensor;
};

interface Weights {
  /** [1, Q] */
  readonly weight: Tensor;
  /** [1] */
  readonly bias: Tensor;
}

const gated = defineOp<Inputs, Weights, { gated: Tensor }, Inputs & { readonly gate: Tensor }>({
  name: "contextGate",
  forward(inputs, { weight, bias }) {
    const { query, context } = inputs;
    const [R, D] = context.shape as [number, number];
    const { gate, gated: y } = run(
      contextGateKernel,
      { query, weight, bias, context },
      {
        dims: { R, Q: query.shape[1] as number, D },
        shapes: { gated: context.shape },
        dtypes: { gated: context.dtype },
      },
    );
    return { out: { gated: y }, saved: { ...inputs, gate } };
  },
  plain: ({ query, context }, { weight, bias }) => ({ gated: mul(context, sigmoid(linear(query, weight, bias))) }),
  // dc = β·dy,   dz = β·(1 − β)·Σ dy·c,   dq = dz·w
  backward({ gated: dGated }, { query, context, gate }, _, { weight }) {
    if (!dGated) return {};
    const [R, D] = context.shape as [number, number];
    const { dContext, dLogit, dQuery } = run(
      contextGateBackward,
      { weight, context, gate, dGated },
      {
        dims: { R, Q: query.shape[1] as number, D },
        shapes: { dContext: context.shape, dLogit: [R, 1], dQuery: query.shape },
        dtypes: { dContext: context.dtype, dQuery: query.dtype },
      },
    );
    return { context: dContext, logit: dLogit, query: dQuery };
  },
});

/**
 * β·c of rows, β = σ(w·q + b), one dispatch forward and one backward: see `gatedContext`.
 *
 * The kernel makes w·q + b itself. Beside it stands the linear layer that would, of a query that is a constant: nobody asks
 * for its value, so it never runs, but dz flows into it, and its rule makes dw and db of all steps of a loop at once.
 */
export function gatedRows(query: Tensor, context: Tensor, { weight, bias }: Weights): Tensor {
  const logit = linear(detach(query), weight, bias);
  return gated({ query, context, logit }, { weight, bias }).gated;
}
