import { UnsupportedError } from "@unroll/kernels";
import { sizeOf } from "../../../tensor/shape";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { type Call, firstOf, type Lowering, type Rule, WHERE } from "../lowering";
import { ONNX_TYPES } from "../model-proto";
import { tuplesOf } from "./kernels";
import { input, numbers } from "./layout";

type Dims = { readonly outer: number; readonly V?: number; readonly N: number; readonly inner: number };

const dimsOf = (call: Call): Dims[] => call.attributes.map((each) => each.dims as Dims);
const int64 = ({ graph }: Lowering, ids: Value): Value => graph.op("Cast", [ids], { to: ONNX_TYPES.int64 });

/** The axis of x that is V or N long with `outer` elements before it, in every trace. */
function axisOf(call: Call, extent: "V" | "N", fits: (axis: number) => boolean = () => true): number {
  const x = input(call, "x");
  const dims = dimsOf(call);
  const axes = Array.from({ length: firstOf(x).rank }, (_, axis) => axis);
  const found = axes.find((axis) => {
    const isAxis = x.every(({ shape }, trace) => {
      return sizeOf(shape.slice(0, axis)) === dims[trace]?.outer && shape[axis] === dims[trace]?.[extent];
    });
    return isAxis && fits(axis);
  });
  if (found !== undefined) return found;
  throw new RangeError(`${call.name}: no axis of ${firstOf(x).shape} is that of ${JSON.stringify(dims[0])}`);
}

const embedding: Rule = {
  inputs: ["table", "ids"],
  attributes: [],
  ignores: ["padding"], // concerns the gradient alone
  lower: (call, lowering) => ({
    rows: lowering.graph.op(
      "Gather",
      ["table", "ids"].map((name) => lowering.value(input(call, name))),
      { axis: 0 },
    ),
  }),
};

/** Which operator it is follows from how the indices lie: one list, one for each row, or one for each element. */
const gather: Rule = {
  inputs: ["x", "ids"],
  attributes: ["dims", "ids"],
  ignores: ["shape"],
  lower(call, lowering) {
    const { graph } = lowering;
    const ids = input(call, "ids");
    const [x, list] = [lowering.value(input(call, "x")), lowering.value(ids)];
    const tuples = tuplesOf(ids);
    if (tuples.length > 0)
      return { y: graph.op("GatherND", [x, int64(lowering, list)], { batch_dims: batchAxes(call, tuples) }) };
    if (call.attributes[0]?.ids === "elements") {
      return { y: graph.op("GatherElements", [x, list], { axis: axisOf(call, "V") }) };
    }
    const y = firstOf(call.outputs.get("y") as Traced);
    const into = firstOf(ids).rank;
    const axis = axisOf(call, "V", (at) => y.shape.slice(at, at + into).join() === firstOf(ids).shape.join());
    return { y: graph.op("Gather", [x, list], { axis }) };
  },
};

/** How many leading axes a list of tuples and what it picks from have in common. */
function batchAxes(call: Call, tuples: Traced): number {
  const { outer } = dimsOf(call)[0] as Dims;
  const { shape } = firstOf(tuples);
  const ranks = shape.map((_, count) => count);
  return ranks.find((count) => sizeOf(shape.slice(0, count)) === outer) ?? 0;
}

/** Rows by their own lists of indices, which are counted from lengths. */
const reverseSequence: Rule = {
  inputs: ["x", "ids"],
  attributes: [],
  ignores: ["dims", "ids", "shape"],
  lower(call, lowering) {
    const { graph } = lowering;
    const ids = graph.op("Unsqueeze", [lowering.value(input(call, "ids")), graph.ints([2])]);
    return { y: graph.op("GatherND", [lowering.value(input(call, "x")), int64(lowering, ids)], { batch_dims: 1 }) };
  },
};

const scatterElements: Rule = {
  inputs: ["x", "updates", "ids"],
  attributes: ["at", "reduction"],
  ignores: ["indexing"],
  lower(call, lowering) {
    const { reduction } = call.attributes[0] ?? {};
    if (reduction !== "none" && reduction !== "add" && reduction !== "mul") {
      throw new UnsupportedError({
        where: WHERE,
        what: `scatterElements with reduction: "${reduction}" has no operator in opset 17`,
        remedy: 'It exports "none", "add" and "mul".',
      });
    }
    const inputs = ["x", "ids", "updates"].map((name) => lowering.value(input(call, name)));
    return { y: lowering.graph.op("ScatterElements", inputs, { axis: numbers(call, "at")[0] ?? 0, reduction }) };
  },
};

const topK: Rule = {
  inputs: ["x"],
  attributes: ["K", "smallest"],
  lower(call, lowering) {
    const { graph } = lowering;
    const K = lowering.extentValue(lowering.extent(numbers(call, "K")));
    const attributes = { axis: -1, largest: Number(!call.attributes[0]?.smallest), sorted: 1 };
    const [values = "", indices = ""] = graph.node("TopK", [lowering.value(input(call, "x")), K], attributes, 2);
    return { values, indices: graph.op("Cast", [indices], { to: ONNX_TYPES.int32 }) };
  },
};

const cumSum: Rule = {
  inputs: ["x"],
  attributes: ["dims", "exclusive", "reverse"],
  lower(call, lowering) {
    const { graph } = lowering;
    const { exclusive, reverse } = call.attributes[0] ?? {};
    const inputs = [lowering.value(input(call, "x")), graph.number("int64", axisOf(call, "N"))];
    return { y: graph.op("CumSum", inputs, { exclusive: Number(exclusive), reverse: Number(reverse) }) };
  },
};

export const INDEXING = { cumSum, embedding, gather, reverseSequence, scatterElements, topK };
