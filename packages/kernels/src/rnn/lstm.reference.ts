import { activationSlope as slope, activationValue as value } from "../wgsl/activation";
import type { LSTMOptions } from "./lstm";
import { type CellReference, columnProducts, outerProduct, rowProduct } from "./scan.reference";

/** One step of an LSTM and its gradient in float64, from the equations at `lstmForward` and `lstmBackward`. */
export const lstmReference = ({ gate, candidate, output }: Omit<LSTMOptions, "reverse">): CellReference => ({
  G: 4,
  saved: 4,
  hasCell: true,
  step(gx, hPrev, cPrev, weights) {
    const H = hPrev.length;
    const [gates, h, c] = [new Float64Array(4 * H), new Float64Array(H), new Float64Array(H)];
    for (let u = 0; u < H; u++) {
      const a = [0, 1, 2, 3].map((g) => (gx[4 * u + g] ?? 0) + rowProduct(weights, 4 * u + g, hPrev));
      const [i, f, g, o] = [
        value(gate, a[0] ?? 0),
        value(gate, a[1] ?? 0),
        value(candidate, a[2] ?? 0),
        value(gate, a[3] ?? 0),
      ];
      gates.set([i, f, g, o], 4 * u);
      c[u] = f * (cPrev[u] ?? 0) + i * g;
      h[u] = o * value(output, c[u] ?? 0);
    }
    return { hPrev, cPrev, h, c, gates };
  },
  stepBackward(dh, dcNext, { hPrev, cPrev, c, gates }, weights) {
    const H = hPrev.length;
    const dA = new Float64Array(4 * H);
    const dcPrev = new Float64Array(H);
    for (let u = 0; u < H; u++) {
      const [i = 0, f = 0, g = 0, o = 0] = gates.subarray(4 * u, 4 * u + 4);
      const out = value(output, c[u] ?? 0);
      const dhU = dh[u] ?? 0;
      const dc = (dcNext[u] ?? 0) + dhU * o * slope(output, out);
      const dGate = [dc * g * slope(gate, i), dc * (cPrev[u] ?? 0) * slope(gate, f), dc * i * slope(candidate, g)];
      dA.set([...dGate, dhU * out * slope(gate, o)], 4 * u);
      dcPrev[u] = dc * f;
    }
    const dhPrev = columnProducts(weights, dA, H);
    return { dGx: dA, dGh: dA, dhPrev, dcPrev, dR: outerProduct(dA, hPrev), dbN: new Float64Array(H) };
  },
});
