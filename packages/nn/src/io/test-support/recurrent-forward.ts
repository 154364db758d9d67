import type { HostTensor } from "../host-tensor";
import type { RecurrentDescription } from "../torch/module-description";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * The outputs [B, T, D·H] of a stack of recurrent layers, in float64 and plain loops over our own layout of parameters:
 * row u·G + g of a weight is gate g of unit u, i f g o or r z n.
 */
export function recurrentForward(
  module: RecurrentDescription,
  parameters: ReadonlyMap<string, HostTensor>,
  x: HostTensor,
): number[] {
  const [B = 0, T = 0] = x.shape;
  const { kind, layers, directions: D, hiddenSize: H } = module;
  const G = kind === "RNN" ? 1 : kind === "LSTM" ? 4 : 3;
  let input = [...x.data];
  for (let layer = 0; layer < layers; layer++) {
    const I = input.length / (B * T);
    const at = (name: string, index: number): number => parameters.get(`${name}.${layer}`)?.data[index] ?? 0;
    const output = new Array<number>(B * T * D * H).fill(0);
    for (let d = 0; d < D; d++) {
      for (let b = 0; b < B; b++) {
        let h = new Array<number>(H).fill(0);
        const c = new Array<number>(H).fill(0);
        for (let step = 0; step < T; step++) {
          const t = d === 0 ? step : T - 1 - step;
          const row = (u: number, g: number): number => d * G * H + u * G + g;
          const wx = (u: number, g: number): number => {
            let sum = at("bias", row(u, g));
            for (let i = 0; i < I; i++) sum += at("weightIh", row(u, g) * I + i) * (input[(b * T + t) * I + i] ?? 0);
            return sum;
          };
          const rh = (u: number, g: number): number =>
            h.reduce((sum, hk, k) => sum + at("weightHh", row(u, g) * H + k) * hk, 0);
          h = h.map((hu, u) => {
            if (kind === "RNN") return Math.tanh(wx(u, 0) + rh(u, 0));
            if (kind === "LSTM") {
              const [i = 0, f = 0, g = 0, o = 0] = [0, 1, 2, 3].map((gate) => wx(u, gate) + rh(u, gate));
              c[u] = sigmoid(f) * (c[u] ?? 0) + sigmoid(i) * Math.tanh(g);
              return sigmoid(o) * Math.tanh(c[u]);
            }
            const [r = 0, z = 0] = [0, 1].map((gate) => sigmoid(wx(u, gate) + rh(u, gate)));
            const n = Math.tanh(wx(u, 2) + r * (rh(u, 2) + at("recurrentBias", d * H + u)));
            return (1 - z) * n + z * hu;
          });
          for (const [u, hu] of h.entries()) output[((b * T + t) * D + d) * H + u] = hu;
        }
      }
    }
    input = output;
  }
  return input;
}
