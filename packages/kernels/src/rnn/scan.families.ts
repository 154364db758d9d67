import type { AnyKernel } from "../core";
import type { ActivationName } from "../wgsl/activation";
import { elmanBackward, elmanForward } from "./elman";
import { elmanReference } from "./elman.reference";
import { gruBackward, gruForward } from "./gru";
import { gruReference, gruResetBeforeReference } from "./gru.reference";
import { gruResetBeforeBackward, gruResetBeforeForward } from "./gru-reset-before";
import { lstmBackward, lstmForward } from "./lstm";
import { lstmReference } from "./lstm.reference";
import type { LSTMOptions } from "./lstm-cell";
import { lstmGates } from "./lstm-cell";
import { lstmProjectedBackward, lstmProjectedForward } from "./lstm-projected";
import { orderReference, packLstmReference, packReference, padLstmReference } from "./pack.reference";
import {
  type CellReference,
  type ScanInputs,
  type ScanSizes,
  type ScanValues,
  type scanReference,
  type Tensor64,
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
  readonly options: (name: "usual" | "linear", H?: number) => object;
  readonly cell: (name: "usual" | "linear", H?: number) => CellReference;
  /** Optional inputs of the forward kernel. */
  readonly optional: readonly ("h0" | "c0" | "bN" | "peephole" | "projection")[];
  /** Features of the state of H units, where it is projected. */
  readonly P?: (H: number) => number;
  /** The recurrent weights as the kernels take them, where other than `pack_recurrent` and `pad_recurrent` lay them. */
  readonly weights?: (inputs: ScanInputs) => { readonly rT: Float64Array; readonly rows: Float64Array };
  readonly outputs: (values: ScanValues) => Arrays;
  readonly saved: (values: ScanValues) => Arrays;
  readonly gradients: (gradients: Gradients) => Arrays;
  /** What `state_gradient` takes of what the backward kernel left. */
  readonly stateGradientInputs: (left: Arrays, rows: ArrayLike<number>, H?: number) => Arrays;
}

const pick = (of: Arrays, names: Readonly<Record<string, string>>): Arrays =>
  Object.fromEntries(Object.entries(names).map(([name, source]) => [name, of[source] ?? []]));

const as = (name: ActivationName) => ({ name });
const gatesOf = (which: "usual" | "linear") =>
  which === "linear"
    ? { gate: as("linear"), candidate: as("linear"), output: as("linear") }
    : { gate: as("sigmoid"), candidate: as("tanh"), output: as("tanh") };
const two = (a: Float64Array, b: Float64Array): Float64Array => Float64Array.from([...a, ...b]);
/** h_{t−1} and r_t∘h_{t−1} of every step, zeros at padding. */
const resetStates = ({ hidden, hPrev }: ScanValues): Float64Array =>
  two(
    hPrev.data,
    hidden.data.map((value) => (value === UNWRITTEN ? 0 : value)),
  );

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

/** An LSTM with options beside its published form; `features` is P where it is projected. */
function lstmWith(given: Partial<LSTMOptions>, features?: (H: number) => number): Family {
  const { coupled = false, peepholes = false } = given;
  const G = lstmGates({ coupled });
  const named = Object.keys(given).join(", ");
  const blocks = (of: Tensor64, behind: Tensor64): Float64Array => two(of.data, behind.data);
  const shared = {
    weights: (inputs: ScanInputs) => ({ rT: packLstmReference(inputs, G), rows: padLstmReference(inputs, G) }),
    saved: ({ gates, cells }: ScanValues) => ({ gates: gates.data, cells: cells.data }),
    optional: [
      ...(["h0", "c0"] as const),
      ...(peepholes ? (["peephole"] as const) : []),
      ...(features ? (["projection"] as const) : []),
    ],
  };
  if (!features) {
    return {
      ...shared,
      name: `LSTM, ${named}`,
      forward: lstmForward,
      backward: lstmBackward,
      options: (which) => ({ ...gatesOf(which), ...given }),
      cell: (which) => lstmReference({ ...gatesOf(which), ...given }),
      outputs: ({ y, gates, cells }) => ({ y: y.data, gates: gates.data, cells: cells.data }),
      gradients: ({ dGx, dc0 }) => ({ dGates: dGx.data, carry: dc0.data }),
      stateGradientInputs: (left, rows) => ({ ...pick(left, { dGates: "dGates" }), rows }),
    };
  }
  return {
    ...shared,
    name: `projected LSTM${named && `, ${named}`}`,
    P: features,
    forward: lstmProjectedForward,
    backward: lstmProjectedBackward,
    options: (which, H = 1) => ({ ...gatesOf(which), ...given, projection: features(H) }),
    cell: (which, H = 1) => lstmReference({ ...gatesOf(which), ...given, projection: features(H) }),
    outputs: ({ y, hidden, gates, cells }) => ({
      y: blocks(y, { ...hidden, data: hidden.data.map((value) => (value === UNWRITTEN ? 0 : value)) }),
      gates: gates.data,
      cells: cells.data,
    }),
    gradients: ({ dGx, dState, dc0 }) => ({ dSteps: blocks(dGx, dState), carry: dc0.data }),
    stateGradientInputs: ({ dSteps = [] }, rows, H = 1) => {
      const all = Array.from(dSteps);
      return { dGates: all.slice(0, (all.length * G * H) / (G * H + features(H))), rows };
    },
  };
}

/** A family with clipped pre-activations. */
function clipped(name: string, clip: number): Family {
  const family = families.find((each) => each.name === name);
  if (!family) throw new Error(`The families should hold ${name}.`);
  const cellOf: Readonly<Record<string, (which: "usual" | "linear") => CellReference>> = {
    Elman: (which) => elmanReference({ activation: gatesOf(which).candidate, clip }),
    GRU: (which) => gruReference({ ...gatesOf(which), clip }),
    "GRU that resets before": (which) => gruResetBeforeReference({ ...gatesOf(which), clip }),
  };
  const isElman = name === "Elman";
  return {
    ...family,
    name: `${name}, clip`,
    options: (which) => ({ ...family.options(which), clip }),
    cell: (which) => (cellOf[name] ?? family.cell)(which),
    outputs: (values) => ({ ...family.outputs(values), ...(isElman ? { raw: values.gates.data } : {}) }),
    saved: (values) => ({ ...family.saved(values), ...(isElman ? { raw: values.gates.data } : {}) }),
  };
}

/** Cells with the options that they have beside their published forms. Whole clips keep whole numbers whole. */
export const optionFamilies: readonly Family[] = [
  lstmWith({ peepholes: true }),
  lstmWith({ coupled: true, clip: 2 }),
  lstmWith({ peepholes: true, coupled: true, clip: 2 }),
  lstmWith({}, (H) => Math.ceil(H / 2)),
  lstmWith({ peepholes: true, coupled: true, clip: 2 }, (H) => Math.ceil(H / 3)),
  clipped("Elman", 2),
  clipped("GRU", 2),
  clipped("GRU that resets before", 2),
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
export const optionsOf = ({ options }: Family, { which = "usual", reverse = false, H }: Case) => ({
  ...options(which, H),
  reverse,
});

export function forwardInputs(family: Family, inputs: ScanInputs, size: Case): Arrays {
  const { gx, r, h0, c0, bN } = inputs;
  const given = Object.entries({ h0, c0, bN }).flatMap(([name, of]) => (of ? [[name, of.data] as const] : []));
  const rT = family.weights?.(inputs).rT ?? packReference(r, family.cell("usual").G);
  return { gx: gx.data, rT, ...orderOf(size), ...Object.fromEntries(given) };
}
