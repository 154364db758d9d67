import { type DimValues, defineKernel, flatPlan, optional, perModel, read, wgsl, write } from "../core";
import { paddedColumns } from "./pack";

/** What the recurrent arrays of an LSTM hold beside R. */
interface LSTMParts {
  /** Whether there are peephole weights. */
  readonly peepholes: boolean;
  /** Whether the state is projected, to P features. */
  readonly projected: boolean;
}

interface LSTMSizes extends LSTMParts {
  readonly H: number;
  /** Features of h: H where it is not projected. */
  readonly P: number;
}

/** vec4f of one direction in what `pack_lstm` writes. */
export const lstmColumns = ({ H, P, peepholes, projected }: LSTMSizes): number =>
  P * H + (projected ? H * paddedColumns(P) : 0) + (peepholes ? H : 0);

/** vec4f of one direction in what `pad_lstm` writes, for G gates with weights. */
export const lstmRows = ({ G, H, P, peepholes, projected }: LSTMSizes & { readonly G: number }): number =>
  G * H * paddedColumns(P) + (projected ? P * paddedColumns(H) : 0) + (peepholes ? (G - 1) * paddedColumns(H) : 0);

const dims = {
  D: perModel("directions"),
  G: perModel("gates of a unit"),
  H: perModel("hidden units"),
  P: perModel("features of the state"),
};
const options: LSTMParts = { peepholes: false, projected: false };

const inputs = {
  r: read("f32", ({ D = 0, G = 0, H = 0, P = 0 }) => [D, G * H, P]),
  /** Unit by unit: i f o, or i o where f is 1 − i. */
  peephole: optional(read("f32", ({ D = 0, G = 0, H = 0 }) => [D, H, G - 1])),
  projection: optional(read("f32", "D P H")),
};

type Given = Readonly<Record<string, unknown>>;
const sizesOf = ({ H = 0, P = 0 }: DimValues, { peepholes, projected }: Given): LSTMSizes => ({
  ...{ H, P },
  peepholes: peepholes === true,
  projected: projected === true,
});

/**
 * All that the forward scan of an LSTM multiplies the state by, in one array; of each direction
 *   rT = (R[u·G, k], R[u·G + 1, k], …) for k < P and u < H  |  (W[4q, k], …, W[4q + 3, k]) for k < H and 4q < P
 *        |  a unit's peephole weights in the lanes of the gates they belong to, and 0 in that of g
 * R is [G·H, P], the projection W [P, H]. Without peepholes and projection it is what `pack_recurrent` writes.
 */
export const packLstm = defineKernel({
  name: "pack_lstm",
  dims,
  options,
  bindings: {
    ...inputs,
    rT: write("vec4f", (sizes, given) => [sizes.D ?? 0, lstmColumns(sizesOf(sizes, given))]),
  },
  plan: ({ D, H, P }, limits, parts) => flatPlan(D * lstmColumns({ H, P, ...parts }), limits),
  cost: ({ D, G, H, P }, parts) => ({ flops: 0, bytes: 4 * D * (G * H * P + 4 * lstmColumns({ H, P, ...parts })) }),
  wgsl: (plan, { dims: { D, G, H, P }, options: { peepholes, projected } }) => {
    const columns = lstmColumns({ H, P, peepholes, projected });
    const lane = (l: number): string => (l < G ? `r[(d * G * H + u * G + ${l}u) * P + k]` : "0.0");
    const feature = (l: number): string =>
      `select(0.0, projection[(d * P + min(4u * q + ${l}u, P - 1u)) * H + k], 4u * q + ${l}u < P)`;
    const peep = (l: number): string => {
      if (l >= G || l === G - 2) return "0.0"; // g sees no cell state
      return `peephole[(d * H + u) * ${G - 1}u + ${l < G - 2 ? l : l - 1}u]`;
    };
    const four = (element: (l: number) => string): string => [0, 1, 2, 3].map(element).join(", ");
    const projections = wgsl`
      if (n < ${P * H + H * paddedColumns(P)}u) {
        let q = (n - P * H) % ${paddedColumns(P)}u;
        let k = (n - P * H) / ${paddedColumns(P)}u;
        rT[at] = vec4f(${four(feature)});
        return;
      }`;
    const peeps = wgsl`
      let u = n - ${columns - H}u;
      rT[at] = vec4f(${four(peep)});`;
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= ${D * columns}u) { return; }
      let d = at / ${columns}u;
      let n = at % ${columns}u;
      if (n < P * H) {
        let u = n % H;
        let k = n / H;
        rT[at] = vec4f(${four(lane)});
        return;
      }
      ${projected ? projections : ""}
      ${peepholes ? peeps : ""}
    }`;
  },
});

/**
 * The same for the backward scan, each row padded by zeros to whole vec4f; of each direction
 *   rows = R[j, 4q … 4q + 3] for j < G·H  |  W[p, 4q … 4q + 3] for p < P  |  one row [H] of each kind of peephole
 */
export const padLstm = defineKernel({
  name: "pad_lstm",
  dims,
  options,
  bindings: {
    ...inputs,
    rows: write("vec4f", (sizes, given) => [sizes.D ?? 0, lstmRows({ G: sizes.G ?? 0, ...sizesOf(sizes, given) })]),
  },
  plan: ({ D, G, H, P }, limits, parts) => flatPlan(D * lstmRows({ G, H, P, ...parts }), limits),
  cost: ({ D, G, H, P }, parts) => ({
    flops: 0,
    bytes: 4 * D * (G * H * P + 4 * lstmRows({ G, H, P, ...parts })),
  }),
  wgsl: (plan, { dims: { D, G, H, P }, options: { peepholes, projected } }) => {
    const all = lstmRows({ G, H, P, peepholes, projected });
    const [ofState, ofUnits] = [paddedColumns(P), paddedColumns(H)];
    const projectionEnd = G * H * ofState + (projected ? P * ofUnits : 0);
    /** A vec4f of a row: four elements from `k` on of the `extent` there are. */
    const four = (extent: string, element: (k: string) => string): string =>
      [0, 1, 2, 3]
        .map((l) => `select(0.0, ${element(`min(k + ${l}u, ${extent} - 1u)`)}, k + ${l}u < ${extent})`)
        .join(", ");
    const projections = wgsl`
      if (n < ${projectionEnd}u) {
        let row = (n - ${G * H * ofState}u) / ${ofUnits}u;
        let k = (n - ${G * H * ofState}u) % ${ofUnits}u * 4u;
        rows[at] = vec4f(${four("H", (k) => `projection[(d * P + row) * H + ${k}]`)});
        return;
      }`;
    const peeps = wgsl`
      let row = (n - ${projectionEnd}u) / ${ofUnits}u;
      let k = (n - ${projectionEnd}u) % ${ofUnits}u * 4u;
      rows[at] = vec4f(${four("H", (k) => `peephole[(d * H + ${k}) * ${G - 1}u + row]`)});`;
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= ${D * all}u) { return; }
      let d = at / ${all}u;
      let n = at % ${all}u;
      if (n < ${G * H * ofState}u) {
        let row = n / ${ofState}u;
        let k = n % ${ofState}u * 4u;
        rows[at] = vec4f(${four("P", (k) => `r[(d * G * H + row) * P + ${k}]`)});
        return;
      }
      ${projected ? projections : ""}
      ${peepholes ? peeps : ""}
    }`;
  },
});
