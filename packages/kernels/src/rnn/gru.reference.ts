import { clippedSlope, clippedValue } from "./clip";
import type { GRUOptions } from "./gru";
import { type CellReference, columnProducts, outerProduct, rowProduct } from "./scan.reference";

type Activations = Pick<GRUOptions, "gate" | "candidate"> & { readonly clip?: number };

/** One step of a GRU that resets after its product, and its gradient, in float64, from the equations at `gruForward`. */
export const gruReference = ({ gate, candidate, clip = 0 }: Activations): CellReference => ({
  G: 3,
  saved: 4,
  hasCell: false,
  step(gx, hPrev, cPrev, weights) {
    const H = hPrev.length;
    const [gates, raw, h] = [new Float64Array(4 * H), new Float64Array(4 * H), new Float64Array(H)];
    for (let u = 0; u < H; u++) {
      const ar = (gx[3 * u] ?? 0) + rowProduct(weights, 3 * u, hPrev);
      const az = (gx[3 * u + 1] ?? 0) + rowProduct(weights, 3 * u + 1, hPrev);
      const m = rowProduct(weights, 3 * u + 2, hPrev) + weights.bN(u);
      const [r, z] = [clippedValue(gate, clip, ar), clippedValue(gate, clip, az)];
      const an = (gx[3 * u + 2] ?? 0) + r * m;
      const n = clippedValue(candidate, clip, an);
      raw.set([ar, az, an, m], 4 * u);
      gates.set(clip > 0 ? [ar, az, an, m] : [r, z, n, m], 4 * u);
      h[u] = (1 - z) * n + z * (hPrev[u] ?? 0);
    }
    return { hPrev, cPrev, h, c: cPrev, gates, raw };
  },
  stepBackward(dh, dc, { hPrev, raw = dh }, weights) {
    const H = hPrev.length;
    const [dGx, dGh, dbN, direct] = [new Float64Array(3 * H), new Float64Array(3 * H), new Float64Array(H), dh.slice()];
    for (let u = 0; u < H; u++) {
      const [ar = 0, az = 0, an = 0, m = 0] = raw.subarray(4 * u, 4 * u + 4);
      const [r, z] = [clippedValue(gate, clip, ar), clippedValue(gate, clip, az)];
      const dhU = dh[u] ?? 0;
      const dn = dhU * (1 - z) * clippedSlope(candidate, clip, an);
      const dz = dhU * ((hPrev[u] ?? 0) - clippedValue(candidate, clip, an)) * clippedSlope(gate, clip, az);
      const dr = dn * m * clippedSlope(gate, clip, ar);
      dGx.set([dr, dz, dn], 3 * u);
      dGh.set([dr, dz, dn * r], 3 * u);
      dbN[u] = dn * r;
      direct[u] = dhU * z;
    }
    const dhPrev = columnProducts(weights, dGh, H).map((through, u) => through + (direct[u] ?? 0));
    return { dGx, dGh, dhPrev, dcPrev: dc, dR: outerProduct(dGh, hPrev), dbN };
  },
});

/** The same for the GRU that resets before its product, from the equations at `gruResetBeforeForward`. */
export const gruResetBeforeReference = ({ gate, candidate, clip = 0 }: Activations): CellReference => ({
  G: 3,
  saved: 4,
  hasCell: false,
  step(gx, hPrev, cPrev, weights) {
    const H = hPrev.length;
    const [gates, raw, h] = [new Float64Array(4 * H), new Float64Array(4 * H), new Float64Array(H)];
    const ar = hPrev.map((_, u) => (gx[3 * u] ?? 0) + rowProduct(weights, 3 * u, hPrev));
    const hidden = hPrev.map((state, u) => state * clippedValue(gate, clip, ar[u] ?? 0));
    for (let u = 0; u < H; u++) {
      const az = (gx[3 * u + 1] ?? 0) + rowProduct(weights, 3 * u + 1, hPrev);
      const an = (gx[3 * u + 2] ?? 0) + rowProduct(weights, 3 * u + 2, hidden);
      const [z, n] = [clippedValue(gate, clip, az), clippedValue(candidate, clip, an)];
      raw.set([ar[u] ?? 0, az, an, 0], 4 * u);
      gates.set(clip > 0 ? [ar[u] ?? 0, az, an, 0] : [clippedValue(gate, clip, ar[u] ?? 0), z, n, 0], 4 * u);
      h[u] = (1 - z) * n + z * (hPrev[u] ?? 0);
    }
    return { hPrev, cPrev, h, c: cPrev, gates, raw, hidden };
  },
  stepBackward(dh, dc, { hPrev, raw = dh, hidden = dh }, weights) {
    const H = hPrev.length;
    const lane = (g: number): Float64Array => hPrev.map((_, u) => raw[4 * u + g] ?? 0);
    const [ar, az, an] = [lane(0), lane(1), lane(2)];
    const [r, z] = [ar.map((a) => clippedValue(gate, clip, a)), az.map((a) => clippedValue(gate, clip, a))];
    const n = an.map((a) => clippedValue(candidate, clip, a));
    const dn = dh.map((d, u) => d * (1 - (z[u] ?? 0)) * clippedSlope(candidate, clip, an[u] ?? 0));
    const dz = dh.map((d, u) => d * ((hPrev[u] ?? 0) - (n[u] ?? 0)) * clippedSlope(gate, clip, az[u] ?? 0));
    /** [G·H] with zeros for every gate but `g`. */
    const only = (g: number, of: Float64Array): Float64Array =>
      Float64Array.from({ length: 3 * H }, (_, row) => (row % 3 === g ? (of[Math.floor(row / 3)] ?? 0) : 0));
    const dq = columnProducts(weights, only(2, dn), H);
    const dr = dq.map((d, u) => d * (hPrev[u] ?? 0) * clippedSlope(gate, clip, ar[u] ?? 0));
    const dn3 = only(2, dn);
    const drz = sum(only(0, dr), only(1, dz));
    const through = columnProducts(weights, drz, H);
    const dhPrev = dh.map((d, u) => d * (z[u] ?? 0) + (dq[u] ?? 0) * (r[u] ?? 0) + (through[u] ?? 0));
    const dGx = sum(drz, dn3);
    const dR = sum(outerProduct(drz, hPrev), outerProduct(dn3, hidden));
    return { dGx, dGh: dGx, dhPrev, dcPrev: dc, dR, dbN: new Float64Array(H) };
  },
});

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, n) => value + (b[n] ?? 0));
