import type { AnyKernel } from "../core";
import type { ActivationName } from "../wgsl/activation";
import { elmanBackward, elmanForward } from "./elman";
import { elmanReference } from "./elman.reference";
import { gruBackward, gruForward } from "./gru";
import { gruReference, gruResetBeforeReference } from "./gru.reference";
import { gruResetBeforeBackward, gruResetBeforeForward } from "./gru-reset-before";
import { lstmBackward, lstmForward } from "./lstm";
import { lstmReference } from "./lstm.reference";
import { orderReference, packReference } from "./pack.reference";
import {
  type CellReference,
  type ScanInputs,
  type ScanSizes,
  type ScanValues,
  type scanReference,
  UNWRITTEN,
} from "./scan.reference";

/** Arrays by the names of a kernel's bindings. */
export type Arrays = Readonly<Record<string, ArrayLike<number>>>;
type Gradients = ReturnType<ReturnType<typeof scanReference>["gradients"]>;

/** How a cell's kernels name what its reference computes. */
export interface Family {
  readonly name: string;
  readonly forward: AnyKernel;
  readonly backward: AnyKernel;
  readonly options: (name: "usual" | "linear") => object;
  readonly cell: (name: "usual" | "linear") => CellReference;
  /** Optional inputs of the forward kernel. */
  readonly optional: readonly ("h0" | "c0" | "bN")[];
  readonly outputs: (values: ScanValues) => Arrays;
  readonly saved: (values: ScanValues) => Arrays;
  readonly gradients: (gradients: Gradients) => Arrays;
  /** What `state_gradient` takes of what the backward kernel left. */
  readonly stateGradientInputs: (left: Arrays, rows: ArrayLike<number>) => Arrays;
}

const pick = (of: Arrays, names: Readonly<Record<string, string>>): Arrays =>
  Object.fromEntries(Object.entries(names).map(([name, source]) => [name, of[source] ?? []]));

const as = (name: ActivationName) => ({ name });
const gatesOf = (which: "usual" | "linear") =>
  which === "linear"
    ? { gate: as("linear"), candidate: as("linear"), output: as("linear") }
    : { gate: as("sigmoid"), candidate: as("tanh"), output: as("tanh") };
const two = (a: Float64Array, b: Float64Array): Float64Array => Float64Array.from([...a, ...b]);
/** h_{t−1} and r_t∘h_{t−1} of every step that is not padding. */
const resetStates = ({ gates, hPrev }: ScanValues): Float64Array => {
  const reset = (n: number): number => gates.data[4 * n] ?? 0;
  const isPadding = (n: number): boolean => reset(n) === UNWRITTEN;
  return two(
    hPrev.data.map((h, n) => (isPadding(n) ? UNWRITTEN : h)),
    hPrev.data.map((h, n) => (isPadding(n) ? UNWRITTEN : h * reset(n))),
  );
};

export const families: readonly Family[] = [
  {
    name: "Elman",
    forward: elmanForward,
    backward: elmanBackward,
    options: (which) => ({ activation: gatesOf(which).candidate }),
    cell: (which) => elmanReference({ activation: gatesOf(which).candidate }),
    optional: ["h0"],
    outputs: ({ y }) => ({ y: y.data }),
    saved: ({ y }) => ({ y: y.data }),
    gradients: ({ dGx }) => ({ dGates: dGx.data }),
    stateGradientInputs: (left, rows) => ({ ...pick(left, { dGates: "dGates" }), rows }),
  },
  {
    name: "LSTM",
    forward: lstmForward,
    backward: lstmBackward,
    options: gatesOf,
    cell: (which) => lstmReference(gatesOf(which)),
    optional: ["h0", "c0"],
    outputs: ({ y, gates, cells }) => ({ y: y.data, gates: gates.data, cells: cells.data }),
    saved: ({ gates, cells }) => ({ gates: gates.data, cells: cells.data }),
    gradients: ({ dGx, dc0 }) => ({ dGates: dGx.data, carry: dc0.data }),
    stateGradientInputs: (left, rows) => ({ ...pick(left, { dGates: "dGates" }), rows }),
  },
  {
    name: "GRU",
    forward: gruForward,
    backward: gruBackward,
    options: (which) => ({ gate: gatesOf(which).gate, candidate: gatesOf(which).candidate }),
    cell: (which) => gruReference(gatesOf(which)),
    optional: ["h0", "bN"],
    outputs: ({ y, gates }) => ({ y: y.data, gates: gates.data }),
    saved: ({ gates, hPrev }) => ({ gates: gates.data, hPrev: hPrev.data }),
    gradients: ({ dGx, dGh }) => ({ dGx: dGx.data, dGh: dGh.data }),
    stateGradientInputs: (left, rows) => ({ ...pick(left, { dGates: "dGh", carry: "carry" }), rows }),
  },
  {
    name: "GRU that resets before",
    forward: gruResetBeforeForward,
    backward: gruResetBeforeBackward,
    options: (which) => ({ gate: gatesOf(which).gate, candidate: gatesOf(which).candidate }),
    cell: (which) => gruResetBeforeReference(gatesOf(which)),
    optional: ["h0"],
    outputs: (values) => ({
      y: values.y.data,
      gates: values.gates.data,
      states: resetStates(values),
    }),
    saved: (values) => ({ gates: values.gates.data, states: resetStates(values) }),
    gradients: ({ dGx }) => ({
      dGx: dGx.data,
      dGh: two(
        dGx.data.map((d, n) => (n % 3 === 2 ? 0 : d)),
        dGx.data.map((d, n) => (n % 3 === 2 ? d : 0)),
      ),
    }),
    stateGradientInputs: (left) => pick(left, { carry: "carry" }),
  },
];

/** One size to test at, and what is given. */
export interface Case extends ScanSizes {
  readonly scale?: number;
  readonly which?: "usual" | "linear";
  /** Optional inputs that are left out. */
  readonly without?: readonly string[];
}

/** `inputs` with only those of the optional ones that the cell takes and the case gives. */
export const keep = (inputs: ScanInputs, { optional }: Family, { without = [] }: Case): ScanInputs => {
  const { gx, r } = inputs;
  const kept = optional.filter((name) => !without.includes(name)).map((name) => [name, inputs[name]]);
  return { gx, r, ...Object.fromEntries(kept) };
};

export const dimsOf = ({ D, B, T, H }: ScanSizes) => ({ D, B, T, H });
export const lengthsOf = ({ lengths }: ScanSizes): Arrays => (lengths ? { lengths } : {});
export const orderOf = ({ lengths, T }: ScanSizes): Arrays => (lengths ? { order: orderReference(lengths, T) } : {});
export const optionsOf = ({ options }: Family, { which = "usual", reverse = false }: Case) => ({
  ...options(which),
  reverse,
});

export function forwardInputs(family: Family, { gx, r, h0, c0, bN }: ScanInputs, size: Case): Arrays {
  const given = Object.entries({ h0, c0, bN }).flatMap(([name, of]) => (of ? [[name, of.data] as const] : []));
  const rT = packReference(r, family.cell("usual").G);
  return { gx: gx.data, rT, ...orderOf(size), ...Object.fromEntries(given) };
}
