import { type DimValues, optional, read, wgsl, write } from "../core";
import {
  cellBackward,
  cellForward,
  type LSTMOptions,
  lstmGates,
  lstmInput,
  lstmInputCode,
  lstmOptions,
} from "./lstm-cell";
import { paddedColumns } from "./pack";
import { lstmColumns, lstmRows } from "./pack-lstm";
import { orderOfRows } from "./scan";
import { scanKernel } from "./scan-kernel";

export interface ProjectedLSTMOptions extends LSTMOptions {
  /** P, the features of the projected state. */
  readonly projection: number;
}

const options: ProjectedLSTMOptions = { ...lstmOptions, projection: 1 };

type Options = Readonly<Record<string, unknown>>;
const projectionOf = ({ projection }: Options): number => Number(projection);
const partsOf = (H: number, given: Options) => ({
  ...{ H, P: projectionOf(given) },
  peepholes: given.peepholes === true,
  projected: true,
});
const columns = (H: number, given: Options) => lstmColumns(partsOf(H, given));
const rows = (H: number, given: Options) => lstmRows({ G: lstmGates(given), ...partsOf(H, given) });

/** Extents of an array over the steps [B, T, D] with P + `units` numbers each, in two blocks one behind the other. */
const blocks =
  (units: (H: number, given: Options) => number) =>
  ({ B = 0, T = 0, D = 0, H = 0 }: DimValues, given: Options): number[] => [
    B * T * D * (projectionOf(given) + units(H, given)),
  ];

/** Arrays of states are P wide: WGSL that finds the places which `Row` has for arrays of H. */
const narrow = (P: number): string => wgsl`
    const P = ${P}u;
    fn narrow(n: u32) -> u32 { return n / H * P; }`;

/**
 * An LSTM whose state is projected to P features, fed back and given out (LSTMP, Sak et al. 2014; PyTorch's `proj_size`):
 *   (i, f, g, o)_t = gx_t + R·h_{t−1};   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = W·(σ(o)·tanh(c_t))
 * with R [4H, P] and W [P, H]. A feature needs what all units give out, so a step has two phases. T ≥ 1.
 */
export const lstmProjectedForward = scanKernel({
  name: "lstm_projected_forward",
  options,
  backward: false,
  bindings: {
    gx: lstmInput, //                         W·x_t + b
    rT: read("vec4f", ({ D = 0, H = 0 }: DimValues, given: Options) => [D, columns(H, given)]), // from pack_lstm
    h0: optional(read("f32", ({ D = 0, B = 0 }, given) => [D, B, projectionOf(given)])), // zeros when absent
    c0: optional(read("f32", "D B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write(
      "f32",
      blocks((H) => H),
    ), //     h_t [B, T, D, P], then what W multiplies [B, T, D, H]; zeros at padding
    gates: write("vec4f", "B T D H"), //     as lstm_forward writes them
    cells: write("vec2f", "B T D H"), //     c_{t−1}, c_t; not written at padding
  },
  weights: { array: "rT", count: (H, given) => columns(H, { ...given }) },
  cost: ({ B, T, D, H }, given) => ({
    flops: T * D * B * H * (2 * lstmGates(given) * given.projection + 2 * given.projection + 18),
    bytes: 4 * T * D * (4 * columns(H, { ...given }) + B * (H * 14 + given.projection)),
  }),
  functions: (context) => {
    const { H, options: given } = context;
    const { projection: P } = given;
    return wgsl`
    ${narrow(P)}
    fn hidden(n: u32) -> u32 { return dims.B * dims.T * D * P + n; }
    ${cellForward(context, {
      hidden: "y[hidden(row.now + u)]",
      peephole: `weightAt(d, ${P * H + H * paddedColumns(P)}u + u)`,
    })}`;
  },
  phases: ({ H, options: given, has }) => {
    const { projection: P, coupled, peepholes } = given;
    const weight = (unit: string) => `weightAt(d, k * H + ${unit})${coupled ? ".xyz" : ""}`;
    const later = {
      when: "later" as const,
      count: "P",
      value: (row: string) => `y[narrow(${row}.before) + k]`,
      weight,
    };
    const first = {
      when: "first" as const,
      count: "P",
      value: (row: string) => `h0[narrow(${row}.state) + k]`,
      weight,
    };
    return [
      {
        count: H,
        type: coupled ? "vec3f" : "vec4f",
        byFours: false,
        products: has.h0 ? [first, later] : [later],
        input: lstmInputCode(given),
        finish: `finish(row, ${peepholes ? "d, " : ""}u, x, value);`,
        pad: "y[hidden(row.now + u)] = 0.0;", // a product over all steps reads them
      },
      {
        count: paddedColumns(P),
        type: "vec4f",
        byFours: true,
        units: "P",
        products: [
          {
            when: "always",
            count: "H",
            value: (row) => `y[hidden(${row}.now) + k]`,
            weight: (column) => `weightAt(d, ${P * H}u + k * ${paddedColumns(P)}u + ${column})`,
          },
        ],
        finish: "y[narrow(row.now) + u] = value;",
        pad: "if (u < P) { y[narrow(row.now) + u] = 0.0; }",
      },
    ];
  },
});

/**
 * The gradient of `lstm_projected_forward`, from the last step of the scan to the first:
 *   dh_t = dy_t + Rᵀ·dGates_{t+1};   what W multiplies gets Wᵀ·dh_t, and from there on all is as in `lstm_backward`
 * dW = dhᵀ·(o∘tanh(c)) is a product over all steps at once, so dh is given out too, behind dGates.
 */
export const lstmProjectedBackward = scanKernel({
  name: "lstm_projected_backward",
  options,
  backward: true,
  bindings: {
    dy: read("f32", ({ B = 0, T = 0, D = 0 }, given) => [B, T, D, projectionOf(given)]),
    gates: read("vec4f", "B T D H"),
    cells: read("vec2f", "B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }: DimValues, given: Options) => [D, rows(H, given)]), // from pad_lstm
    order: orderOfRows,
    dcN: optional(read("f32", "D B H")), //  gradient of the final cell state; zeros when absent
    dSteps: write(
      "f32",
      blocks((H, given) => lstmGates(given) * H),
    ), // dGates [B, T, D, H, G], then dh [B, T, D, P]; zeros at padding
    carry: write("f32", "D B H"), //         dc on its way back; after the last dispatch the gradient of c_0
  },
  weights: { array: "rows", count: (H, given) => rows(H, { ...given }) },
  cost: ({ B, T, D, H }, given) => ({
    flops: T * D * B * H * (2 * lstmGates(given) * given.projection + 2 * given.projection + 26),
    bytes: 4 * T * D * (4 * rows(H, { ...given }) + B * (H * 17 + 2 * given.projection)),
  }),
  functions: (context) => {
    const { H, options: given } = context;
    const { projection: P } = given;
    const [G, Q] = [lstmGates(given), paddedColumns(H)];
    const first = G * H * paddedColumns(P) + P * Q;
    return wgsl`
    ${narrow(P)}
    fn stateGradient(n: u32) -> u32 { return ${G}u * H * dims.B * dims.T * D + narrow(n); }
    ${cellBackward(context, {
      array: "dSteps",
      dh: "recurrent",
      peephole: (n) => `weightAt(d, ${first + n * Q}u + u / 4u)[u % 4u]`,
    })}`;
  },
  phases: ({ H, options: given }) => {
    const { projection: P, peepholes } = given;
    const G = lstmGates(given);
    const dy = "dy[narrow(row.now) + u]";
    return [
      {
        count: paddedColumns(P),
        type: "vec4f",
        byFours: true,
        units: "P",
        products: [
          {
            when: "later",
            count: `${G}u * H`,
            value: (row) => `dSteps[${G}u * ${row}.after + k]`,
            weight: (column) => `weightAt(d, k * ${paddedColumns(P)}u + ${column})`,
          },
        ],
        finish: `dSteps[stateGradient(row.now) + u] = select(${dy} + value, ${dy}, row.last);`,
        pad: "if (u < P) { dSteps[stateGradient(row.now) + u] = 0.0; }",
      },
      {
        count: paddedColumns(H),
        type: "vec4f",
        byFours: true,
        products: [
          {
            when: "always",
            count: "P",
            value: (row) => `dSteps[stateGradient(${row}.now) + k]`,
            weight: (column) => `weightAt(d, ${G * H * paddedColumns(P)}u + k * ${paddedColumns(H)}u + ${column})`,
          },
        ],
        finish: `finish(row, ${peepholes ? "d, " : ""}u, value);`,
        pad: "pad(row, u);",
      },
    ];
  },
});
