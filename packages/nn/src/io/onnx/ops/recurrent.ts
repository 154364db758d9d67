import { type Activation, gateCount, UnsupportedError } from "@unroll/kernels";
import { type Cell, toBlocks } from "../../gate-order";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { type Call, callOf, firstOf, type Lowering, type Rule, WHERE } from "../lowering";
import type { Attribute } from "../model-proto";
import { activationAttributes } from "./activations";
import { input } from "./layout";

interface Sizes {
  readonly cell: Cell;
  /** Directions. */
  readonly D: number;
  readonly H: number;
  /** Rows of one direction's weights, G·H, here and in the operator. */
  readonly own: number;
  readonly rows: number;
  /** An LSTM whose forget gate is 1 − i: it has no rows here, and rows of no account in the operator. */
  readonly coupled: boolean;
}

/** What of an operator differs from cell to cell. */
interface Operator {
  readonly type: "RNN" | "LSTM" | "GRU";
  readonly cell: Cell;
  /** Options of the scan, in the operator's order of activations. */
  readonly activations: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/**
 * A scan as one of ONNX's recurrent operators, layout 0: X [T, B, I], W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H] (biases
 * of the input, then of the state), Y [T, D, B, H]. Our input product goes back into the operator: W and b are taken
 * from the linear operation that made it. Rows become blocks, i o f c or z r h.
 */
function scan({ type, cell, activations, attributes = {} }: Operator): Rule {
  return {
    inputs: ["gx", "r", "h0", "c0", "bN", "peephole", "lengths"],
    attributes: ["options"],
    ignores: ["dims", "made", "order", "steps"],
    lower(call, lowering) {
      const { graph } = lowering;
      const gx = input(call, "gx");
      const r = input(call, "r");
      lowering.typeOf(firstOf(gx));
      const [D = 1, own = 0, H = 0] = firstOf(r).shape;
      const { reverse, clip, coupled, used } = optionsOf(call, activations);
      const sizes = { cell, D, H, own, rows: gateCount(cell) * H, coupled };
      const { x, w, biases } = product(gx, sizes, lowering);
      if (!lowering.isConstant(r)) throw computedWeights(type);
      const state = (name: string): Value => (call.inputs.has(name) ? lowering.value(input(call, name)) : "");
      const inputs = [
        x,
        w,
        lowering.derived(r, "onnx", [D, sizes.rows, H], (values) => blocks(sizes, H, values)),
        bias(call, sizes, biases, lowering),
        state("lengths"),
        state("h0"),
        state("c0"),
        peepholes(call, sizes, lowering),
      ];
      while (inputs.at(-1) === "") inputs.pop();
      const direction = D === 2 ? "bidirectional" : reverse ? "reverse" : "forward";
      const [y = "", hN = "", cN = ""] = graph.node(
        type,
        inputs,
        {
          hidden_size: H,
          direction,
          ...activationAttributes(used, D),
          ...(clip > 0 ? { clip: { float: clip } } : {}),
          ...(coupled ? { input_forget: 1 } : {}),
          ...attributes,
        },
        cell === "lstm" ? 3 : 2,
      );
      const kept = emptyRows(call, lowering);
      return {
        y: batchMajor(y, sizes, lowering),
        hN: kept(hN, state("h0")),
        cN: cN && kept(cN, state("c0")),
      };
    },
  };
}

/** A state [D, B, H] with those of rows without steps as they were before: ONNX Runtime gives zeros for them. */
function emptyRows(call: Call, lowering: Lowering): (after: Value, before: Value) => Value {
  const { graph } = lowering;
  const lengths = call.inputs.get("lengths");
  if (!lengths) return (after) => after;
  let isEmpty: Value | undefined;
  return (after, before) => {
    if (before === "") return after; // zeros
    isEmpty ??= graph.op("Unsqueeze", [
      graph.op("Equal", [lowering.value(lengths), graph.number("int32", 0)]),
      graph.ints([1]),
    ]);
    return graph.op("Where", [isEmpty, before, after]);
  };
}

interface Options {
  readonly reverse: boolean;
  readonly coupled: boolean;
  /** 0 where nothing is clipped. */
  readonly clip: number;
  /** In the operator's order. */
  readonly used: readonly Activation[];
}

/** @throws UnsupportedError for an option that the operator has not */
function optionsOf({ name, attributes }: Call, activations: readonly string[]): Options {
  const options = (attributes[0]?.options ?? {}) as Readonly<Record<string, unknown>>;
  const known = ["reverse", "clip", "coupled", "peepholes", ...activations];
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === false || value === 0 || known.includes(key)) continue;
    throw new UnsupportedError({
      where: WHERE,
      what: `${name} with ${key} has no operator in ONNX that this exporter knows`,
      remedy: `It exports the options ${known.join(", ")}.`,
    });
  }
  return {
    reverse: options.reverse === true,
    coupled: options.coupled === true,
    clip: Number(options.clip ?? 0),
    used: activations.map((key) => (options[key] ?? DEFAULTS[key]) as Activation),
  };
}

const DEFAULTS: Readonly<Record<string, Activation>> = {
  gate: { name: "sigmoid" },
  candidate: { name: "tanh" },
  output: { name: "tanh" },
  activation: { name: "tanh" },
};

interface Product {
  /** What the operator reads, [T, B, …]. */
  readonly x: Value;
  readonly w: Value;
  /** b [D·G·H], none without bias. */
  readonly biases: Traced | undefined;
}

function product(gx: Traced, sizes: Sizes, lowering: Lowering): Product {
  const { D, own, rows } = sizes;
  const made = firstOf(gx).origin?.name === "linear" ? callOf(gx) : undefined;
  const weight = made?.inputs.get("weight");
  const biases = made?.inputs.get("bias");
  if (made && weight && lowering.isConstant(weight) && (!biases || lowering.isConstant(biases))) {
    const I = firstOf(weight).shape[1] ?? 0;
    const w = lowering.derived(weight, "onnx", [D, rows, I], (values) => blocks(sizes, I, values));
    return { x: lowering.timeMajor(input(made, "x")), w, biases };
  }
  // Something else made the product, a lookup say: the operator's own W then only puts its columns in order.
  const columns = D * own;
  const w = lowering.graph.constant("order", "float", [D, rows, columns], () => {
    const identity = new Float32Array(columns * columns);
    for (let row = 0; row < columns; row++) identity[row * columns + row] = 1;
    return blocks(sizes, columns, identity);
  });
  return { x: lowering.timeMajor(gx), w, biases: undefined };
}

/** B, or none where nothing is added. */
function bias(call: Call, sizes: Sizes, biases: Traced | undefined, lowering: Lowering): Value {
  const { D, H, own, rows } = sizes;
  const bN = call.inputs.get("bN");
  if (!biases && !bN) return "";
  if (bN && !lowering.isConstant(bN)) throw computedWeights("GRU");
  const read = async (traced: Traced | undefined, size: number): Promise<Float32Array> =>
    Float32Array.from(traced ? await firstOf(traced).data() : new Float32Array(size));
  return lowering.graph.constant("bias", "float", [D, 2 * rows], async () => {
    const ofInput = blocks(sizes, 1, await read(biases, D * own));
    const ofState = await read(bN, D * H);
    const both = new Float32Array(D * 2 * rows);
    for (let d = 0; d < D; d++) {
      both.set(ofInput.subarray(d * rows, (d + 1) * rows), d * 2 * rows);
      // z r h: the state's own bias is that of the last block
      if (bN) both.set(ofState.subarray(d * H, (d + 1) * H), (d + 1) * 2 * rows - H);
    }
    return both;
  });
}

/** P [D, 3·H], blocks i o f, from ours unit by unit: i f o, or i o where gates are coupled. */
function peepholes(call: Call, { D, H, coupled }: Sizes, lowering: Lowering): Value {
  const weights = call.inputs.get("peephole");
  if (!weights) return "";
  if (!lowering.isConstant(weights)) throw computedWeights("LSTM");
  const lanes = coupled ? [0, 1] : [0, 2, 1];
  const width = lanes.length;
  return lowering.derived(weights, "onnx", [D, 3 * H], (values) => {
    const made = new Float32Array(D * 3 * H);
    for (let d = 0; d < D; d++) {
      for (const [block, lane] of lanes.entries()) {
        for (let u = 0; u < H; u++) made[(d * 3 + block) * H + u] = values[(d * H + u) * width + lane] ?? 0;
      }
    }
    return made;
  });
}

/** [D, G·H, columns] from our rows to blocks, direction by direction. */
function blocks(
  { cell, D, H, own, rows, coupled }: Sizes,
  columns: number,
  values: Float32Array,
): Float32Array<ArrayBuffer> {
  const made = new Float32Array(D * rows * columns);
  for (let d = 0; d < D; d++) {
    const part = values.subarray(d * own * columns, (d + 1) * own * columns);
    const whole = coupled ? withForgetRows(part, H, columns) : part;
    made.set(toBlocks("onnx", { cell, hiddenSize: H, columns }, whole), d * rows * columns);
  }
  return made;
}

/** Rows i g o of each unit with a row of zeros for f between them. */
function withForgetRows(values: Float32Array, H: number, columns: number): Float32Array {
  const made = new Float32Array(4 * H * columns);
  for (let u = 0; u < H; u++) {
    for (const [row, gate] of [0, 2, 3].entries()) {
      const from = (u * 3 + row) * columns;
      made.set(values.subarray(from, from + columns), (u * 4 + gate) * columns);
    }
  }
  return made;
}

/** Y [T, D, B, H] as [B, T, D·H]; the layer above reads it as [T, B, D·H]. */
function batchMajor(y: Value, { D, H }: Sizes, lowering: Lowering): Value {
  const { graph } = lowering;
  const timeMajor =
    D === 1
      ? graph.op("Squeeze", [y, graph.ints([1])])
      : graph.op("Reshape", [graph.op("Transpose", [y], { perm: [0, 2, 1, 3] }), graph.ints([0, 0, D * H])]);
  const output = graph.op("Transpose", [timeMajor], { perm: [1, 0, 2] });
  lowering.knowTimeMajor(output, timeMajor);
  return output;
}

const computedWeights = (type: string): UnsupportedError =>
  new UnsupportedError({
    where: WHERE,
    what: `${type} reads recurrent weights that forward computes`,
    remedy: "The operator's weights are constants: pass parameters as they are.",
  });

export const RECURRENT = {
  rnn: scan({ type: "RNN", cell: "rnn", activations: ["activation"] }),
  lstm: scan({ type: "LSTM", cell: "lstm", activations: ["gate", "candidate", "output"] }),
  gru: scan({
    type: "GRU",
    cell: "gru",
    activations: ["gate", "candidate"],
    attributes: { linear_before_reset: 1 },
  }),
  gruResetBefore: scan({ type: "GRU", cell: "gru", activations: ["gate", "candidate"] }),
};
