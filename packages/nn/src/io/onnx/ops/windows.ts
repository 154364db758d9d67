import { UnsupportedError } from "@unroll/kernels";
import type { Padding1d, Padding2d } from "../../../ops/windows";
import { Tensor } from "../../../tensor/tensor";
import type { Extent } from "../../tracing/extents";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { type Call, firstOf, type Lowering, type Rule, WHERE } from "../lowering";
import type { Attribute } from "../model-proto";
import { range } from "./kernels";
import { input } from "./layout";

type Dims = Readonly<Record<"kH" | "kW" | "sH" | "sW", number>> & {
  readonly dH?: number;
  readonly dW?: number;
  readonly G?: number;
};

/** Windows along one axis. */
interface Axis {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

const dimsOf = ({ attributes }: Call): Dims[] => attributes.map(({ dims }) => dims as Dims);

function axisOf(call: Call, axis: "H" | "W"): Axis {
  const [own, ...others] = dimsOf(call).map((dims) => {
    const of = (letter: "k" | "s" | "d"): number => dims[`${letter}${axis}`] ?? 1;
    return { kernel: of("k"), stride: of("s"), dilation: of("d") };
  });
  if (own && others.every(({ kernel, stride }) => kernel === own.kernel && stride === own.stride)) return own;
  throw new UnsupportedError({
    where: WHERE,
    what: `${call.name} with windows that depend on the size of its input`,
    remedy: "Give that axis a fixed extent in inputs, or pool over all of it.",
  });
}

/** Zeros before and after each axis, or the name of the rule that says how many. */
function padding({ attributes }: Call, axes: readonly Axis[]): Record<string, Attribute> {
  const given = attributes[0]?.padding as Padding1d | Padding2d;
  // as many as make ⌈extent/stride⌉ windows, the odd one at the end
  if (given === "same" && axes.some(({ stride }) => stride > 1)) return { auto_pad: "SAME_UPPER" };
  const pads = axes.map(({ kernel, dilation }, axis): [before: number, after: number] => {
    const rest = dilation * (kernel - 1);
    if (given === "same") return [Math.floor(rest / 2), Math.ceil(rest / 2)];
    if (given === "causal") return [rest, 0];
    const own = given === "valid" ? 0 : typeof given === "number" ? given : (given[axis] ?? 0);
    return [own, own];
  });
  return { pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] };
}

/**
 * Zeros around x [N, C, …] as `padding: "same"` asks for, where windows have gaps: ONNX Runtime takes no rule for those.
 * As many as make ⌈n/s⌉ windows, max(0, ⌊(n − 1)/s⌋·s + d·(k − 1) + 1 − n), the odd one at the end.
 */
function padded(x: Value, call: Call, axes: readonly Axis[], lowering: Lowering): Value {
  const { graph } = lowering;
  const extents = lowering.extents(input(call, "x"));
  const n = lowering.shapeValue(call.attributes[0]?.channels === "last" ? extents.slice(1, 2) : extents.slice(2));
  const [one, strides] = [graph.ints([1]), graph.ints(each(axes, "stride"))];
  const last = graph.op("Mul", [graph.op("Div", [graph.op("Sub", [n, one]), strides]), strides]);
  const reach = graph.ints(axes.map(({ kernel, dilation }) => dilation * (kernel - 1) + 1));
  const missing = graph.op("Sub", [graph.op("Add", [last, reach]), n]);
  const rest = graph.op("Max", [missing, graph.ints([0])]);
  const before = graph.op("Div", [rest, graph.ints([2])]);
  const around = [graph.ints([0, 0]), before, graph.ints([0, 0]), graph.op("Sub", [rest, before])];
  return graph.op("Pad", [x, graph.op("Concat", around, { axis: 0 })]);
}

/** Windows of sequences lie along their steps alone. */
const axesOf = (call: Call): Axis[] =>
  call.attributes[0]?.channels === "last" ? [axisOf(call, "W")] : [axisOf(call, "H"), axisOf(call, "W")];

const each = (axes: readonly Axis[], name: "kernel" | "stride" | "dilation"): number[] =>
  axes.map((axis) => axis[name]);

/** A step over [N, C, …]: sequences have their features last, so they are turned there and back. */
function channelsFirst(call: Call, value: Value, lowering: Lowering, say: (x: Value) => Value): Value {
  const { graph } = lowering;
  if (call.attributes[0]?.channels !== "last") return say(value);
  const perm = [0, 2, 1];
  return graph.op("Transpose", [say(graph.op("Transpose", [value], { perm }))], { perm });
}

const convolution: Rule = {
  inputs: ["x", "weight", "bias"],
  attributes: ["channels", "dims", "padding"],
  ignores: ["shape"],
  lower(call, lowering) {
    const axes = axesOf(call);
    const [x, weight] = ["x", "weight"].map((name) => lowering.value(input(call, name))) as [Value, Value];
    const bias = call.inputs.get("bias");
    const isSame = call.attributes[0]?.padding === "same" && axes.some(({ stride }) => stride > 1);
    const hasGaps = isSame && axes.some(({ dilation }) => dilation > 1);
    const attributes = {
      kernel_shape: each(axes, "kernel"),
      strides: each(axes, "stride"),
      dilations: each(axes, "dilation"),
      group: dimsOf(call)[0]?.G ?? 1,
      ...(hasGaps ? { pads: axes.flatMap(() => [0, 0]) } : padding(call, axes)),
    };
    const others = [weight, ...(bias ? [lowering.value(bias)] : [])];
    const y = channelsFirst(call, x, lowering, (turned) => {
      const whole = hasGaps ? padded(turned, call, axes, lowering) : turned;
      return lowering.graph.op("Conv", [whole, ...others], attributes);
    });
    return { y };
  },
};

/** Which steps are within the lengths of their rows, [B, T, 1] as numbers; undefined where all count. */
function counted(call: Call, lowering: Lowering): Value | undefined {
  const lengths = call.attributes.flatMap((own) => (own.lengths instanceof Tensor ? [own.lengths] : []));
  if (lengths.length === 0) return undefined;
  const { graph } = lowering;
  const steps = range(lowering.extents(input(call, "x"))[1] as Extent, "int32", lowering);
  const column = graph.op("Unsqueeze", [lowering.value(lengths), graph.ints([1])]);
  return graph.op("Unsqueeze", [graph.op("Less", [steps, column]), graph.ints([2])]);
}

/** Below every number that a model has: a window where it stays the largest has no step that counts. */
const LEAST = -1e30;

function pool(kind: "Max" | "Average"): Rule {
  return {
    inputs: ["x"],
    attributes: ["channels", "dims", "lengths", "padding"],
    ignores: ["shape"],
    lower(call, lowering) {
      const { graph } = lowering;
      const isGlobal = firstOf(call.outputs.get("y") as Traced).rank === 2;
      const axes = isGlobal ? [] : axesOf(call);
      const attributes = {
        kernel_shape: each(axes, "kernel"),
        strides: each(axes, "stride"),
        ...padding(call, axes),
      };
      const say = (value: Value): Value => {
        if (isGlobal) return graph.op(kind === "Max" ? "ReduceMax" : "ReduceMean", [value], { axes: [1], keepdims: 0 });
        return channelsFirst(call, value, lowering, (turned) => graph.op(`${kind}Pool`, [turned], attributes));
      };
      const x = lowering.value(input(call, "x"));
      const mask = counted(call, lowering);
      if (mask === undefined) return { y: say(x) };
      const [zero, least] = [graph.number("float", 0), graph.number("float", LEAST)];
      if (kind === "Max") {
        const largest = say(graph.op("Where", [mask, x, least]));
        return { y: graph.op("Where", [graph.op("Greater", [largest, least]), largest, zero]) };
      }
      // the mean of those that count is the mean of all over the share of those: 0/… where none does
      const ones = lowering.shapeValue(lowering.extents(input(call, "x")));
      const share = graph.op("Expand", [graph.op("Where", [mask, graph.number("float", 1), zero]), ones]);
      const whole = graph.op("Max", [say(share), graph.number("float", 2 ** -100)]);
      return { y: graph.op("Div", [say(graph.op("Where", [mask, x, zero])), whole]) };
    },
  };
}

export const WINDOWS = { averagePool: pool("Average"), conv2d: convolution, maxPool: pool("Max") };
