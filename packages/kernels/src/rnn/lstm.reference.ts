import { activationSlope, activationValue } from "../wgsl/activation";
import { clippedSlope, clippedValue } from "./clip";
import { type LSTMOptions, lstmGates, lstmOptions } from "./lstm-cell";
import { type CellReference, columnProducts, outerProduct, rowProduct, type Weights } from "./scan.reference";

type Options = Partial<Omit<LSTMOptions, "reverse">> & {
  /** P, where the state is projected. */
  readonly projection?: number;
};

/**
 * One step of an LSTM and its gradient in float64, from the equations at `cellForward`, `lstmForward`,
 * `lstmProjectedForward` and their gradients; a_i, a_f, a_g, a_o are a unit's pre-activations.
 */
export function lstmReference(given: Options = {}): CellReference {
  const { gate, candidate, output, clip, coupled, peepholes } = { ...lstmOptions, ...given };
  const { projection: P } = given;
  const G = lstmGates({ coupled });
  const f = (a: number): number => clippedValue(gate, clip, a);
  const g = (a: number): number => clippedValue(candidate, clip, a);
  /** Rows of W and R: where each gate of a unit lies. */
  const row = coupled ? { i: 0, f: 0, g: 1, o: 2 } : { i: 0, f: 1, g: 2, o: 3 };

  function unit(
    u: number,
    { gx, hPrev, weights }: { gx: Float64Array; hPrev: Float64Array; weights: Weights },
    cPrev: number,
  ) {
    const a = (of: number): number => (gx[G * u + of] ?? 0) + rowProduct(weights, G * u + of, hPrev);
    const peephole = (n: number): number => (peepholes ? weights.peephole(u, n) : 0);
    const ai = a(row.i) + peephole(0) * cPrev;
    const af = coupled ? 0 : a(row.f) + peephole(1) * cPrev;
    const ag = a(row.g);
    const c = (coupled ? 1 - f(ai) : f(af)) * cPrev + f(ai) * g(ag);
    const ao = a(row.o) + peephole(G - 2) * c;
    return { ai, af, ag, ao, c, hidden: f(ao) * activationValue(output, c) };
  }

  return {
    G,
    saved: 4,
    hasCell: true,
    step(gx, hPrev, cPrev, weights) {
      const units = Array.from(cPrev, (before, u) => unit(u, { gx, hPrev, weights }, before));
      const gates = units.flatMap(({ ai, af, ag, ao }) =>
        clip > 0 ? [ai, af, ag, ao] : [f(ai), coupled ? 1 - f(ai) : f(af), g(ag), f(ao)],
      );
      const hidden = Float64Array.from(units, (of) => of.hidden);
      const h = P === undefined ? hidden : projected(weights, hidden, P);
      const c = Float64Array.from(units, (of) => of.c);
      return { hPrev, cPrev, h, c, gates: Float64Array.from(gates), hidden, units };
    },
    stepBackward(dh, dcNext, { hPrev, cPrev, hidden = dh, units = [] }, weights) {
      const H = cPrev.length;
      const dHidden = P === undefined ? dh : projectedBack(weights, dh, H);
      const dA = new Float64Array(G * H);
      const dcPrev = new Float64Array(H);
      const dPeephole = new Float64Array(H * (G - 1));
      for (const [u, { ai, af, ag, ao, c }] of units.entries()) {
        const before = cPrev[u] ?? 0;
        const out = activationValue(output, c);
        const da = { i: 0, f: 0, g: 0, o: (dHidden[u] ?? 0) * out * clippedSlope(gate, clip, ao) };
        const peephole = (n: number): number => (peepholes ? weights.peephole(u, n) : 0);
        const throughOutput = (dHidden[u] ?? 0) * f(ao) * activationSlope(output, out);
        const dc = (dcNext[u] ?? 0) + throughOutput + da.o * peephole(G - 2);
        da.i = dc * (coupled ? g(ag) - before : g(ag)) * clippedSlope(gate, clip, ai);
        da.f = coupled ? 0 : dc * before * clippedSlope(gate, clip, af);
        da.g = dc * f(ai) * clippedSlope(candidate, clip, ag);
        dcPrev[u] = dc * (coupled ? 1 - f(ai) : f(af)) + da.i * peephole(0) + (coupled ? 0 : da.f * peephole(1));
        dA.set(coupled ? [da.i, da.g, da.o] : [da.i, da.f, da.g, da.o], G * u);
        dPeephole.set([da.i * before, ...(coupled ? [] : [da.f * before]), da.o * c], (G - 1) * u);
      }
      return {
        ...{ dGx: dA, dGh: dA, dhPrev: columnProducts(weights, dA, hPrev.length), dcPrev },
        ...{ dR: outerProduct(dA, hPrev), dbN: new Float64Array(H) },
        ...(peepholes ? { dPeephole } : {}),
        ...(P === undefined ? {} : { dProjection: outerProduct(dh, hidden) }),
      };
    },
  };
}

/** W·v */
const projected = ({ projection }: Weights, v: Float64Array, P: number): Float64Array =>
  Float64Array.from({ length: P }, (_, p) => v.reduce((sum, value, u) => sum + projection(p, u) * value, 0));

/** Wᵀ·d */
const projectedBack = ({ projection }: Weights, d: Float64Array, H: number): Float64Array =>
  Float64Array.from({ length: H }, (_, u) => d.reduce((sum, value, p) => sum + projection(p, u) * value, 0));
