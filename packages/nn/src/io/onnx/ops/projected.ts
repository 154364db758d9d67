import { type Activation, UnsupportedError } from "@unroll/kernels";
import type { Extent } from "../../tracing/extents";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { type Call, firstOf, type Lowering, type Rule, WHERE } from "../lowering";
import type { OnnxValue } from "../model-proto";
import { range } from "./kernels";
import { input } from "./layout";

/** What one direction reads: constants of the file, and what the graph around makes. */
interface Direction {
  readonly gx: Value;
  /** Rᵀ [P, 4H] and Wᵀ [H, P]. */
  readonly r: Value;
  readonly projection: Value;
  readonly h0: Value;
  readonly c0: Value;
  readonly active: Value | undefined;
  readonly reverse: boolean;
  readonly H: number;
}

/** @throws UnsupportedError for an option that the body below does not say */
function expectPlain({ attributes, inputs }: Call): void {
  const options = (attributes[0]?.options ?? {}) as Readonly<Record<string, unknown>>;
  const others = Object.entries(options).flatMap(([key, value]) => {
    const plain = { gate: "sigmoid", candidate: "tanh", output: "tanh" }[key];
    if (plain !== undefined) return value === undefined || (value as Activation).name === plain ? [] : [key];
    return ["reverse", "projection"].includes(key) || value === undefined || value === false || value === 0
      ? []
      : [key];
  });
  if (inputs.has("peephole")) others.push("peepholes");
  if (others.length === 0) return;
  throw new UnsupportedError({
    where: WHERE,
    what: `an LSTM with projSize and ${[...new Set(others)].join(", ")} is not written`,
    remedy: "It exports the projected LSTM of PyTorch; any other as a cell of your own in Recurrent.",
  });
}

/**
 * An LSTM whose state is projected, which the operator LSTM is not: a Scan for each direction, over its input product.
 *   [i f g o] = gx_t + R·h_{t−1};   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = W·(σ(o)·tanh(c_t))
 */
const lstmProjected: Rule = {
  inputs: ["gx", "r", "projection", "h0", "c0", "lengths"],
  attributes: ["options"],
  ignores: ["dims", "made", "order", "steps", "peephole"],
  lower(call, lowering) {
    expectPlain(call);
    const { graph } = lowering;
    const [gx, r, projection] = ["gx", "r", "projection"].map((name) => input(call, name)) as [Traced, Traced, Traced];
    const [D = 1, rows = 0, P = 0] = firstOf(r).shape;
    const H = rows / 4;
    const [B, T] = lowering.extents(gx) as [Extent, Extent];
    const options = (call.attributes[0]?.options ?? {}) as { readonly reverse?: boolean };
    const product = lowering.value(gx);
    const active = activeOf(call, T, lowering);
    const results = Array.from({ length: D }, (_, d) =>
      scan(
        {
          gx: D === 1 ? product : columns(product, d * rows, rows, lowering),
          r: matrixOf(r, d, [rows, P], lowering),
          projection: matrixOf(projection, d, [P, H], lowering),
          h0: start(call, "h0", d, [B, P], lowering),
          c0: start(call, "c0", d, [B, H], lowering),
          active,
          reverse: d === 1 || options.reverse === true,
          H,
        },
        lowering,
      ),
    );
    const stacked = (k: 1 | 2): Value =>
      graph.op(
        "Concat",
        results.map((each) => graph.op("Unsqueeze", [each[k], graph.ints([0])])),
        { axis: 0 },
      );
    const y = graph.op(
      "Concat",
      results.map(([output]) => output),
      { axis: 2 },
    );
    return { y, hN: stacked(1), cN: stacked(2) };
  },
};

/** Which steps are within the lengths of their rows [B, T]; undefined where all are. */
function activeOf(call: Call, T: Extent, lowering: Lowering): Value | undefined {
  const lengths = call.inputs.get("lengths");
  if (!lengths) return undefined;
  const { graph } = lowering;
  const column = graph.op("Unsqueeze", [lowering.value(lengths), graph.ints([1])]);
  return graph.op("Less", [range(T, "int32", lowering), column]);
}

/** Those columns of the input product that one direction reads. */
function columns(product: Value, from: number, count: number, { graph }: Lowering): Value {
  return graph.op("Slice", [product, graph.ints([from]), graph.ints([from + count]), graph.ints([2])]);
}

/** The matrix of one direction, turned: [columns, rows]. */
function matrixOf(traced: Traced, d: number, [rows, width]: readonly [number, number], lowering: Lowering): Value {
  if (!lowering.isConstant(traced)) {
    throw new UnsupportedError({
      where: WHERE,
      what: "LSTM reads recurrent weights that forward computes",
      remedy: "Pass parameters as they are.",
    });
  }
  return lowering.derived(traced, `turned.${d}`, [width, rows], (values) => {
    const made = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < width; k++) made[k * rows + row] = values[(d * rows + row) * width + k] ?? 0;
    }
    return made;
  });
}

/** A state to start from [B, …]: zeros where none is given. */
function start(call: Call, name: string, d: number, shape: readonly [Extent, number], lowering: Lowering): Value {
  const { graph } = lowering;
  const given = call.inputs.get(name);
  if (given) return graph.op("Gather", [lowering.value(given), graph.number("int64", d)], { axis: 0 });
  const [B, size] = shape;
  return graph.op("Expand", [
    graph.number("float", 0),
    lowering.shapeValue([B, { scale: 0, names: [], offset: size }]),
  ]);
}

/** y [B, T, P] and the final states. */
function scan({ H, ...of }: Direction, lowering: Lowering): [Value, Value, Value] {
  const { graph } = lowering.body(new Set());
  const named = (stem: string, rank: number): OnnxValue => ({
    name: graph.name(stem),
    type: "float",
    shape: new Array<null>(rank).fill(null),
  });
  const [h, c, gx] = [named("h", 2), named("c", 2), named("gx", 2)];
  const active: OnnxValue[] = of.active ? [{ name: graph.name("active"), type: "bool", shape: [null] }] : [];
  const sums = graph.op("Add", [gx.name, graph.op("MatMul", [h.name, of.r])]);
  const gates = graph.node("Split", [graph.op("Reshape", [sums, graph.ints([0, H, 4])])], { axis: 2 }, 4);
  const [i = "", f = "", g = "", o = ""] = gates.map((gate) => graph.op("Squeeze", [gate, graph.ints([2])]));
  const sigmoid = (x: Value): Value => graph.op("Sigmoid", [x]);
  const tanh = (x: Value): Value => graph.op("Tanh", [x]);
  const cell = graph.op("Add", [graph.op("Mul", [sigmoid(f), c.name]), graph.op("Mul", [sigmoid(i), tanh(g)])]);
  const state = graph.op("MatMul", [graph.op("Mul", [sigmoid(o), tanh(cell)]), of.projection]);
  const mask = active[0] && graph.op("Unsqueeze", [active[0].name, graph.ints([1])]);
  const kept = (value: Value, before: Value): Value => (mask ? graph.op("Where", [mask, value, before]) : value);
  const outputs = [kept(state, h.name), kept(cell, c.name), kept(state, graph.number("float", 0))].map((value, k) => {
    const output = named(k < 2 ? "next" : "output", 2);
    graph.rename(value, output.name);
    return output;
  });
  const { nodes } = graph.nodesFor(outputs.map(({ name }) => name));
  const direction = Number(of.reverse);
  const reads = [of.gx, ...(of.active ? [of.active] : [])];
  const [hN = "", cN = "", y = ""] = lowering.graph.node(
    "Scan",
    [of.h0, of.c0, ...reads],
    {
      body: { body: { name: "step", nodes, inputs: [h, c, gx, ...active], outputs } },
      num_scan_inputs: reads.length,
      scan_input_axes: reads.map(() => 1),
      scan_input_directions: reads.map(() => direction),
      scan_output_axes: [1],
      scan_output_directions: [direction],
    },
    3,
  );
  return [y, hN, cN];
}

export const PROJECTED = { lstmProjected };
