import { UnsupportedError } from "@unroll/kernels";
import type { Padding1d, Padding2d } from "../../../ops/windows";
import { type Python, type PythonCall, WHERE } from "./python-call";

/** Windows along each axis. */
export interface Spans {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding1d | Padding2d;
}

/** Puts around x [N, C, …] what the padding asks for, as PyTorch's own layers cannot say it in every form. */
export function padded(x: string, { kernel, stride, dilation, padding }: Spans, value?: string): string {
  const last = value === undefined ? "" : `, value=${value}`;
  if (padding === "same" && stride.some((each) => each > 1)) {
    return `same(${[x, ...[kernel, stride, dilation].map((each) => `[${each.join(", ")}]`)].join(", ")}${last})`;
  }
  const pads = kernel.map((extent, axis): [before: number, after: number] => {
    const rest = (dilation[axis] ?? 1) * (extent - 1);
    if (padding === "same") return [Math.floor(rest / 2), Math.ceil(rest / 2)];
    if (padding === "causal") return [rest, 0];
    const own = padding === "valid" ? 0 : typeof padding === "number" ? padding : (padding[axis] ?? 0);
    return [own, own];
  });
  if (pads.flat().every((each) => each === 0)) return x;
  return `F.pad(${x}, (${pads.toReversed().flat().join(", ")})${last})`;
}

/** The helper that `padded` calls, in Python. */
export const SAME = `def same(x, kernel, stride, dilation, value=0.0):
    """x [N, C, ...] with as much around it as makes ceil(n / stride) windows, the odd one at the end."""
    pads = []
    for n, k, s, d in zip(reversed(x.shape[2:]), reversed(kernel), reversed(stride), reversed(dilation)):
        rest = max(0, (n - 1) // s * s + d * (k - 1) + 1 - n)
        pads += [rest // 2, rest - rest // 2]
    return F.pad(x, pads, value=value)

`.split("\n");

type Dims = Readonly<Record<"kH" | "kW" | "sH" | "sW" | "dH" | "dW" | "G", number | undefined>>;

function spansOf({ attributes, traces }: PythonCall): Spans {
  const [own, ...others] = traces.map((each) => {
    const dims = each.dims as Dims;
    const of = (letter: "k" | "s" | "d"): number[] =>
      (each.channels === "last" ? (["W"] as const) : (["H", "W"] as const)).map(
        (axis) => dims[`${letter}${axis}`] ?? 1,
      );
    return { kernel: of("k"), stride: of("s"), dilation: of("d") };
  });
  if (own && others.every(({ kernel, stride }) => `${kernel} ${stride}` === `${own.kernel} ${own.stride}`)) {
    return { ...own, padding: attributes.padding as Spans["padding"] };
  }
  throw new UnsupportedError({
    where: WHERE,
    what: "windows that depend on the size of their input are not written in Python",
    remedy: "Give that axis a fixed extent in inputs, or pool over all of it.",
  });
}

const tuple = (extents: readonly number[]): string => `(${extents.join(", ")}${extents.length === 1 ? "," : ""})`;

/** Sequences have their features last, PyTorch has them second. */
export const turned = (x: string): string => `${x}.transpose(1, 2)`;

/** A pooling of sequences or images, of everything where the steps are gone. */
const pool =
  (say: (x: string, spans: Spans, windows: string) => string, whole: (x: string) => string): Python =>
  (call) => {
    const { input, attributes, tensor, result } = call;
    const x = input("x");
    if (result.rank < tensor("x").rank) return whole(x);
    const spans = spansOf(call);
    const windows = `${tuple(spans.kernel)}, ${tuple(spans.stride)}`;
    return attributes.channels === "last" ? turned(say(turned(x), spans, windows)) : say(x, spans, windows);
  };

export const WINDOWS: Readonly<Record<string, Python>> = {
  // What lies around the input does not count: of those windows it is the mean over the share that does.
  averagePool: pool(
    (x, spans, windows) => {
      const name = `F.avg_pool${spans.kernel.length}d`;
      if (padded(x, spans) === x) return `${name}(${x}, ${windows})`;
      return `(${name}(${padded(x, spans)}, ${windows}) / ${name}(${padded(`torch.ones_like(${x})`, spans)}, ${windows}))`;
    },
    (x) => `${x}.mean(dim=1)`,
  ),
  conv2d(call) {
    const { input, has, attributes } = call;
    const spans = spansOf(call);
    const isSequence = attributes.channels === "last";
    const rest = [
      input("weight"),
      ...(has("bias") ? [input("bias")] : []),
      `stride=${tuple(spans.stride)}`,
      `dilation=${tuple(spans.dilation)}`,
      `groups=${(attributes.dims as Dims).G ?? 1}`,
    ].join(", ");
    const x = padded(isSequence ? turned(input("x")) : input("x"), spans);
    const y = `F.conv${spans.kernel.length}d(${x}, ${rest})`;
    return isSequence ? turned(y) : y;
  },
  maxPool: pool(
    (x, spans, windows) => `F.max_pool${spans.kernel.length}d(${padded(x, spans, "-torch.inf")}, ${windows})`,
    (x) => `${x}.amax(dim=1)`,
  ),
};
