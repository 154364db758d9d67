import { activationSlope, activationValue } from "../wgsl/activation";
import type { ElmanOptions } from "./elman";
import { type CellReference, columnProducts, outerProduct, rowProduct } from "./scan.reference";

/** One step of a simple recurrent network and its gradient in float64, from the equations at `elmanForward`. */
export const elmanReference = ({ activation }: Pick<ElmanOptions, "activation">): CellReference => ({
  G: 1,
  saved: 1,
  hasCell: false,
  step(gx, hPrev, cPrev, weights) {
    const h = gx.map((a, u) => activationValue(activation, a + rowProduct(weights, u, hPrev)));
    return { hPrev, cPrev, h, c: cPrev, gates: h };
  },
  stepBackward(dh, dc, { hPrev, h }, weights) {
    const H = h.length;
    const dA = dh.map((value, u) => value * activationSlope(activation, h[u] ?? 0));
    const dhPrev = columnProducts(weights, dA, H);
    return { dGx: dA, dGh: dA, dhPrev, dcPrev: dc, dR: outerProduct(dA, hPrev), dbN: new Float64Array(H) };
  },
});
