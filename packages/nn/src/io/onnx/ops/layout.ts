import { UnsupportedError } from "@unroll/kernels";
import { formatShape, type Shape } from "../../../tensor/shape";
import type { Extent } from "../../tracing/extents";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { type Call, firstOf, type Lowering, type Rule, WHERE } from "../lowering";

/** An input that the operation always has. */
export const input = ({ inputs }: Call, name: string): Traced => inputs.get(name) as Traced;

/** A number among the attributes, trace by trace. */
export const numbers = ({ attributes }: Call, name: string): number[] => attributes.map((each) => Number(each[name]));

/** An attribute that is the same in every trace, as a list of numbers. */
export const list = ({ attributes }: Call, name: string): readonly number[] =>
  (attributes[0]?.[name] ?? []) as readonly number[];

const sameExtent = (a: Extent | undefined, b: Extent | undefined): boolean =>
  a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b);

/** `source` under the shape of `target`. */
export function reshaped(source: Traced, target: Traced, lowering: Lowering): Value {
  const value = lowering.value(source);
  const from = lowering.extents(source);
  const to = lowering.extents(target);
  // 0 takes the extent of the same axis over, and −1 is what the others leave: mostly nothing need be computed.
  let isInferred = false;
  const words = to.map((extent, axis) => {
    if (extent.names.length === 0) return extent.offset;
    if (sameExtent(extent, from[axis])) return 0;
    if (isInferred) return undefined;
    isInferred = true;
    return -1;
  });
  const known = words.filter((word) => word !== undefined);
  const shape = known.length === words.length ? lowering.graph.ints(known) : lowering.shapeValue(to);
  return lowering.graph.op("Reshape", [value, shape]);
}

const reshape: Rule = {
  inputs: ["x"],
  attributes: ["shape"],
  lower: (call, lowering) => ({ y: reshaped(input(call, "x"), call.outputs.get("y") as Traced, lowering) }),
};

const permute: Rule = {
  inputs: ["x"],
  attributes: ["order"],
  lower: (call, lowering) => ({
    y: lowering.graph.op("Transpose", [lowering.value(input(call, "x"))], { perm: list(call, "order") }),
  }),
};

const slice: Rule = {
  inputs: ["x"],
  attributes: ["axis", "start", "end"],
  lower(call, lowering) {
    const { graph } = lowering;
    const [start, end] = ["start", "end"].map((name) => lowering.extentValue(lowering.extent(numbers(call, name))));
    const axis = graph.ints([numbers(call, "axis")[0] ?? 0]);
    return { part: graph.op("Slice", [lowering.value(input(call, "x")), start ?? "", end ?? "", axis]) };
  },
};

const concat: Rule = {
  inputs: "any",
  attributes: ["axis"],
  ignores: ["shapes"],
  lower: (call, lowering) => ({
    joined: lowering.graph.op(
      "Concat",
      [...call.inputs.values()].map((part) => lowering.value(part)),
      { axis: numbers(call, "axis")[0] ?? 0 },
    ),
  }),
};

/** Of a part, and of a part as it is handed out. */
interface PartShapes {
  readonly part: Shape;
  readonly out: Shape;
}

const NO_PARTS: PartShapes = { part: [], out: [] };

const split: Rule = {
  inputs: ["x"],
  attributes: ["axis", "count", "shapes"],
  lower(call, lowering) {
    const { graph } = lowering;
    const [count = 0, ...others] = numbers(call, "count");
    const axis = numbers(call, "axis")[0] ?? 0;
    if (others.some((other) => other !== count)) {
      throw new UnsupportedError({
        where: WHERE,
        what: `forward takes axis ${axis} of ${formatShape(firstOf(input(call, "x")).shape)} apart, whose extent is open`,
        remedy: "Give that axis a fixed extent in inputs: what is done with its parts is written for each.",
      });
    }
    const [{ part, out } = NO_PARTS] = call.attributes.map(({ shapes }) => shapes as PartShapes);
    const inputs = [lowering.value(input(call, "x")), graph.ints(Array.from({ length: count }, () => part[axis] ?? 1))];
    const parts = graph.node("Split", inputs, { axis }, count);
    // steps of a sequence come without the axis that they lay along
    const given = parts.map((each) =>
      part.length === out.length ? each : graph.op("Squeeze", [each, graph.ints([axis])]),
    );
    return Object.fromEntries(given.entries());
  },
};

/** Off in a model that is exported; where it is called all the same it passes its input on. */
const dropout: Rule = {
  inputs: ["x"],
  attributes: [],
  ignores: ["p", "seedLow", "seedHigh", "draw"],
  lower: (call, lowering) => ({ y: lowering.value(input(call, "x")) }),
};

export const LAYOUT = { concat, dropout, permute, reshape, slice, split };

/** Whether reduced axes stay, with extent 1. */
export const keepsRank = (call: Call, output: string): boolean =>
  firstOf(call.outputs.get(output) as Traced).rank === firstOf(input(call, "x")).rank;
