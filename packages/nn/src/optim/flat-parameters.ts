import { type BufferRange, DEFAULT_LIMITS, type Device, DeviceLimitError, ValueError } from "@unroll/kernels";
import { inputsOf } from "../graph/node";
import { elementwise } from "../graph/run";
import { trace } from "../plan/trace";
import { ModuleBuffer } from "../tensor/module-buffer";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { Segment, wordsOf } from "./segment";

/**
 * How many bytes a segment has at most: what every device can bind, so that how parameters lie, and with it the order in
 * which gradients are summed, is the same on all. Tests set it small.
 */
export const layout = { segmentBytes: DEFAULT_LIMITS.maxStorageBufferBindingSize };

/** Parameters that some optimizer already holds, so that no two fight over where they lie. */
const held = new WeakSet<Parameter>();

/**
 * All parameters of an optimizer, in order and each of them whole, in as few segments as their order allows: most models
 * have one, so that one dispatch updates all parameters and one reduction makes the norm of the gradient.
 */
export class FlatParameters {
  readonly parameters: readonly Parameter[];
  readonly segments: readonly Segment[];
  readonly #where: string;

  /** @throws ValueError if one is in another optimizer already, or is a buffer */
  constructor(where: string, parameters: readonly Parameter[]) {
    this.#where = where;
    this.parameters = parameters;
    for (const parameter of parameters) {
      parameter.assertUsable(where);
      const what = `the parameter ${parameter.name ?? parameter}`;
      if (parameter instanceof ModuleBuffer) {
        const received = "a buffer, which no optimizer changes";
        const remedy = "Pass model.parameters(), which leaves buffers out.";
        throw new ValueError({ where, what, expected: "one that is trained", received, remedy });
      }
      if (held.has(parameter)) {
        const remedy = "Call dispose() on the other optimizer first.";
        throw new ValueError({
          where,
          what,
          expected: "in one optimizer only",
          received: "in another already",
          remedy,
        });
      }
    }
    for (const parameter of parameters) held.add(parameter);
    let first = 0;
    this.segments = partition(parameters, layout.segmentBytes / 4).map((part) => {
      const segment = new Segment(part, first);
      first += segment.size;
      return segment;
    });
  }

  /** All that an update changes. */
  get changing(): Tensor[] {
    return [...this.parameters, ...this.segments.map(({ values }) => values)];
  }

  /**
   * Moves the parameters into their common buffers, once.
   * @throws DeviceLimitError if one alone is more than the device can bind; then none was moved
   */
  prepare(device: Device): void {
    for (const segment of this.segments) expectBindable(this.#where, segment, device);
    for (const segment of this.segments) segment.prepare(device);
  }

  /** Which parameter the element `index` of the whole belongs to: of all segments, one after another. */
  at(index: number): Parameter {
    const { first, starts, parameters } = this.segments.findLast((segment) => segment.first <= index) as Segment;
    return parameters[starts.findLastIndex((start) => first + start <= index)] as Parameter;
  }

  /** Where each gradient is to be computed to. */
  placements(gradients: readonly Tensor[]): Map<Tensor, BufferRange> {
    const read = new Set(trace(gradients).nodes.flatMap((node) => inputsOf(node)));
    const ranges = this.segments.flatMap(({ gradientRanges }) => gradientRanges);
    const placed = new Map<Tensor, BufferRange>();
    for (const [index, gradient] of gradients.entries()) {
      // One that others read, or that is not a kernel's own output, is copied: by the kernel that makes it, if that is
      // elementwise. So no dispatch ever reads and writes the common buffer.
      const isOwn =
        gradient.node.kind === "kernel" && !gradient.storage && !read.has(gradient) && !placed.has(gradient);
      placed.set(isOwn ? gradient : elementwise("identity", [gradient]), ranges[index] as BufferRange);
    }
    return placed;
  }

  /** Lets another optimizer have the parameters; they stay where they are. */
  dispose(): void {
    for (const parameter of this.parameters) held.delete(parameter);
    for (const segment of this.segments) segment.dispose();
  }
}

/** Cuts a list where the next parameter would no longer fit; one that alone is too long has a part to itself. */
function partition(parameters: readonly Parameter[], mostWords: number): Parameter[][] {
  const parts: Parameter[][] = [];
  let left = 0;
  for (const parameter of parameters) {
    const words = wordsOf(parameter);
    if (words > left) {
      parts.push([]);
      left = mostWords;
    }
    left -= words;
    parts.at(-1)?.push(parameter);
  }
  return parts;
}

function expectBindable(where: string, { parameters: [parameter], size }: Segment, { limits }: Device): void {
  const most = limits.maxStorageBufferBindingSize;
  if (size * 4 <= most) return;
  throw new DeviceLimitError({
    where,
    what: `the parameter ${parameter?.name ?? parameter}`,
    expected: `at most ${most} bytes on this device`,
    received: `${size * 4} bytes`,
    remedy: "Make it of several parameters, or use a device with a larger maxStorageBufferBindingSize.",
  });
}
