import { clippedSlope, clippedValue } from "./clip";
import type { ElmanOptions } from "./elman";
import { type CellReference, columnProducts, outerProduct, rowProduct } from "./scan.reference";

/** One step of a simple recurrent network and its gradient in float64, from the equations at `elmanForward`. */
export const elmanReference = ({
  activation,
  clip = 0,
}: Pick<ElmanOptions, "activation"> & { clip?: number }): CellReference => ({
  G: 1,
  saved: 1,
  hasCell: false,
  step(gx, hPrev, cPrev, weights) {
    const raw = gx.map((a, u) => a + rowProduct(weights, u, hPrev));
    return { hPrev, cPrev, h: raw.map((a) => clippedValue(activation, clip, a)), c: cPrev, gates: raw };
  },
  stepBackward(dh, dc, { hPrev, h, gates }, weights) {
    const H = h.length;
    const dA = dh.map((value, u) => value * clippedSlope(activation, clip, gates[u] ?? 0));
    const dhPrev = columnProducts(weights, dA, H);
    return { dGx: dA, dGh: dA, dhPrev, dcPrev: dc, dR: outerProduct(dA, hPrev), dbN: new Float64Array(H) };
  },
});
