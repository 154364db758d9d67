import type { Float64Tensor } from "@unroll/testing";

export type GateInputs = {
  /** [R, Q] */
  readonly query: Float64Tensor;
  /** [Q] */
  readonly weight: Float64Tensor;
  /** [1] */
  readonly bias: Float64Tensor;
  /** [R, D] */
  readonly context: Float64Tensor;
};

/** z = w·q + b and β = σ(z) of each query. */
function gatesOf({ query, weight, bias }: GateInputs): number[] {
  const [R, Q] = query.shape as [number, number];
  return Array.from({ length: R }, (_, r) => {
    let z = bias.data[0] as number;
    for (let k = 0; k < Q; k++) z += (weight.data[k] as number) * (query.data[r * Q + k] as number);
    return 1 / (1 + Math.exp(-z));
  });
}

/** y = β·c */
export function contextGateReference(inputs: GateInputs): { gate: Float64Tensor; gated: Float64Tensor } {
  const { context } = inputs;
  const [R, D] = context.shape as [number, number];
  const gates = gatesOf(inputs);
  const gated = context.data.map((value, n) => (gates[Math.floor(n / D)] as number) * value);
  return { gate: { shape: [R], data: Float64Array.from(gates) }, gated: { shape: context.shape, data: gated } };
}

/** dc = β·dy,   dz = β·(1 − β)·Σ dy·c,   dq = dz·w,   dw = Σ_r dz_r·q_r,   db = Σ_r dz_r */
export function contextGateBackwardReference(
  inputs: GateInputs,
  dGated: Float64Tensor,
): { [Name in keyof GateInputs]: Float64Tensor } & { logit: Float64Tensor } {
  const { query, weight, bias, context } = inputs;
  const [R, D] = context.shape as [number, number];
  const Q = weight.data.length;
  const gates = gatesOf(inputs);
  const [dContext, dQuery] = [new Float64Array(R * D), new Float64Array(R * Q)];
  const [dWeight, dBias, logit] = [new Float64Array(Q), new Float64Array(1), new Float64Array(R)];
  for (let r = 0; r < R; r++) {
    const beta = gates[r] as number;
    let dz = 0;
    for (let d = r * D; d < (r + 1) * D; d++) {
      dContext[d] = beta * (dGated.data[d] as number);
      dz += beta * (1 - beta) * (dGated.data[d] as number) * (context.data[d] as number);
    }
    logit[r] = dz;
    dBias[0] = (dBias[0] as number) + dz;
    for (let k = 0; k < Q; k++) {
      dQuery[r * Q + k] = dz * (weight.data[k] as number);
      dWeight[k] = (dWeight[k] as number) + dz * (query.data[r * Q + k] as number);
    }
  }
  return {
    context: { shape: context.shape, data: dContext },
    query: { shape: query.shape, data: dQuery },
    weight: { shape: weight.shape, data: dWeight },
    bias: { shape: bias.shape, data: dBias },
    logit: { shape: [R], data: logit },
  };
}
