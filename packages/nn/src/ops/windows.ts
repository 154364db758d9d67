import { ShapeError, UnsupportedError, ValueError } from "@unroll/kernels";
import { formatShape } from "../tensor/shape";

/** One number for both axes, or [height, width]. */
export type Extent2d = number | readonly [number, number];
/** Zeros on every side: a number of them, as many as make ⌈inputs/stride⌉ outputs (`same`), or none (`valid`). */
export type Padding2d = Extent2d | "same" | "valid";
/** As `Padding2d` along one axis; `causal` has them all in front, so that no output sees a later input. */
export type Padding1d = number | "same" | "valid" | "causal";

/** Where the windows of a convolution or a pooling lie, as kernels take it. */
export interface Windows {
  readonly H: number;
  readonly W: number;
  readonly OH: number;
  readonly OW: number;
  readonly kH: number;
  readonly kW: number;
  readonly sH: number;
  readonly sW: number;
  readonly dH: number;
  readonly dW: number;
  readonly pH: number;
  readonly pW: number;
}

type Pair = readonly [number, number];

/** An extent for each axis. @throws ValueError if it is neither a number nor two */
export function pair(where: string, what: string, extent: Extent2d): Pair {
  if (typeof extent === "number") return [extent, extent];
  if (Array.isArray(extent) && extent.length === 2) return [extent[0], extent[1]];
  throw new ValueError({ where, what, expected: "a number or [height, width]", received: String(extent) });
}

export interface Placing {
  /** What an error calls the window. */
  readonly name?: "kernel" | "window";
  readonly input: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding2d | "causal";
}

/**
 * How many windows there are, and where the first begins: along each axis, a window spans dilation·(kernel − 1) + 1, and
 * windows begin every `stride` from `padding` before the input on.
 * @throws ShapeError if a window is larger than the padded input
 * @throws ValueError if a stride or dilation is not a positive whole number, or the padding is none
 */
export function placed(where: string, { name = "kernel", input, kernel, stride, dilation, padding }: Placing): Windows {
  const spans: [number, number] = [0, 0];
  const pads: [before: number, all: number][] = [];
  const outputs: number[] = [];
  for (const axis of [0, 1] as const) {
    for (const [what, extents] of Object.entries({ [name]: kernel, stride, dilation }))
      expectPositive(where, what, extents[axis]);
    const span = dilation[axis] * (kernel[axis] - 1) + 1;
    const pad = padOf(where, padding, axis, { extent: input[axis], stride: stride[axis], span });
    spans[axis] = span;
    pads.push(pad);
    outputs.push(Math.floor((input[axis] + pad[1] - span) / stride[axis]) + 1);
  }
  const padded = input.map((extent, axis) => extent + (pads[axis]?.[1] ?? 0));
  if (padded.some((extent, axis) => extent < (spans[axis] as number))) {
    throw new ShapeError({
      where,
      what: `the ${name}${dilation.some((d) => d > 1) ? ", dilation counted," : ""}`,
      expected: `at most ${formatShape(padded)}, which is the input with its padding,`,
      received: formatShape(spans),
      remedy: `Pad more, for example with padding: "same", or use a smaller ${name}.`,
    });
  }
  const [[pH], [pW]] = pads as [[number, number], [number, number]];
  const [OH, OW] = outputs as [number, number];
  const [[H, W], [kH, kW], [sH, sW], [dH, dW]] = [input, kernel, stride, dilation];
  return { H, W, OH, OW, kH, kW, sH, sW, dH, dW, pH, pW };
}

/** Windows along the steps of a sequence: an image one pixel high. */
export function placedInSteps(
  where: string,
  steps: number,
  of: {
    readonly name?: "kernel" | "window";
    readonly kernel: number;
    readonly stride: number;
    readonly dilation: number;
    readonly padding: Padding1d;
  },
): Windows {
  return placed(where, {
    ...(of.name ? { name: of.name } : {}),
    input: [1, steps],
    kernel: [1, of.kernel],
    stride: [1, of.stride],
    dilation: [1, of.dilation],
    padding: typeof of.padding === "number" ? [0, of.padding] : of.padding,
  });
}

/** @throws UnsupportedError where lengths meet `same` with a stride, whose zeros lie where the longest row puts them */
export function expectOwnPadding(where: string, { padding, stride }: { padding: Padding1d; stride: number }): void {
  if (padding !== "same" || stride === 1) return;
  throw new UnsupportedError({
    where,
    what: 'padding: "same" with a stride puts its zeros where the longest sequence needs them, so lengths have no meaning',
    remedy: "Give the padding as a number.",
  });
}

/** Zeros before the input, and in all. */
function padOf(
  where: string,
  padding: Placing["padding"],
  axis: 0 | 1,
  { extent, stride, span }: { readonly extent: number; readonly stride: number; readonly span: number },
): [before: number, all: number] {
  if (padding === "valid") return [0, 0];
  if (padding === "causal") return [span - 1, span - 1];
  if (padding === "same") {
    const all = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + span - extent);
    return [Math.floor(all / 2), all];
  }
  const own = typeof padding === "string" ? Number.NaN : pair(where, "padding", padding)[axis];
  if (Number.isInteger(own) && own >= 0) return [own, 2 * own];
  const received = typeof padding === "string" ? padding : String(own);
  throw new ValueError({
    where,
    what: "padding",
    expected: 'whole numbers, at least 0, or one of "same", "valid" and, for sequences, "causal",',
    received,
  });
}

function expectPositive(where: string, what: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new ValueError({ where, what, expected: "a positive whole number", received: String(value) });
}
