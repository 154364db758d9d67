import {
  type AnyKernel,
  type Device,
  elementType,
  extents,
  gateCount,
  openDevice,
  packStack,
  WORDS,
} from "@unroll/kernels";
import { run, view } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { concat } from "../concat";
import type { Cell, Direction, ScanDims } from "./scan";

/** Layers of one direction and of equal H, each reading what the one below gives. */
export interface Stack {
  /** Input product W·x + b of the first layer [B, T, G·H]. */
  readonly gx: Tensor;
  /** Recurrent weights R of each layer [1, G·H, H]. */
  readonly r: readonly Tensor[];
  /** Input weights W of each layer but the first [G·H, H]. */
  readonly w: readonly Tensor[];
  /** Their biases [G·H]; none without bias. */
  readonly b: readonly Tensor[];
  /** State to start from [L, B, H]; zeros when absent. */
  readonly h0: Tensor | undefined;
  /** Cell state to start from [L, B, H]; zeros when absent. */
  readonly c0?: Tensor | undefined;
  /** The rows by falling length; all rows whole when absent. */
  readonly order: Tensor | undefined;
}

/** What a wavefront reads, and how what it made is taken apart. */
export interface Wavefront {
  readonly rT: Tensor;
  readonly dims: { readonly L: number; readonly B: number; readonly T: number; readonly H: number };
  readonly bias: boolean;
}

interface Kernels {
  /** One layer by itself. */
  readonly layer: AnyKernel;
  /** All of them as a wavefront. */
  readonly stack: AnyKernel;
}

/**
 * Readies a wavefront over stacked layers: T + L − 1 dispatches, where that is fewer than the layers take one by one.
 * Layers that a sequence kernel would walk over take a few dispatches each and are left to it, as are layers whose
 * arrays, put together, are larger than the device can bind. Both ways give the same bits, so that nothing but time
 * depends on which device is at hand and on what was measured there; without one, layers follow one another. So they do
 * where anything lies in halves: layer by layer the input products are rounded to halves, which a wavefront never stores.
 * @param call.given the optional inputs of the call beside `order`
 */
export function wavefront(
  cell: Cell,
  kernels: Kernels,
  { gx, r, w, b, order }: Stack,
  call: {
    readonly dims: ScanDims;
    readonly options: Direction;
    readonly given: Readonly<Record<string, Tensor | undefined>>;
  },
): Wavefront | undefined {
  const given = Object.entries({ ...call.given, order }).filter(([, tensor]) => tensor);
  if ([gx, ...r, ...w, ...b, ...Object.values(call.given)].some((tensor) => tensor?.dtype === "f16")) return undefined;
  const device = gx.storage?.device ?? r[0]?.storage?.device ?? openDevice();
  const { B, T, H } = call.dims;
  const dims = { L: r.length, B, T, H };
  const bias = b.length > 0;
  const options = { ...kernels.stack.options, ...call.options, bias };
  const has = given.map(([name]) => name);
  if (!device || !savesDispatches(device, kernels.layer, { ...call, L: dims.L, has })) return undefined;
  if (!fits(device, kernels.stack, dims, options)) return undefined;
  const apart = dims.L <= 3;
  const { rT } = run(
    packStack,
    apart
      ? { r: r[0], r1: r[1], r2: r[2], w: w[0], w1: w[1], b: b[0], b1: b[1] }
      : { r: concat(r, 0), w: concat(w, 0), b: bias ? concat(b, 0) : undefined },
    { dims: { L: dims.L, G: gateCount(cell), H }, options: { bias, apart } },
  );
  return { rT, dims, bias };
}

/** The part of each layer in arrays [L, …]. */
export function layersOf<N extends string>(made: { readonly [K in N]: Tensor }, L: number): { [K in N]: Tensor }[] {
  return Array.from({ length: L }, (_, layer) => {
    const parts = Object.entries<Tensor>(made).map(([name, all]) => {
      const shape = all.shape.slice(1);
      return [name, view(all, shape, (layer * all.size) / L)];
    });
    return Object.fromEntries(parts);
  });
}

function savesDispatches(
  { choices, limits }: Device,
  layer: AnyKernel,
  call: { readonly dims: ScanDims; readonly options: object; readonly has: readonly string[]; readonly L: number },
): boolean {
  const { dims, L } = call;
  const options = { ...layer.options, ...call.options };
  const has = Object.fromEntries(
    Object.entries(layer.bindings).map(([name, { optional }]) => [name, !optional || call.has.includes(name)]),
  );
  const { kernel } = choices.find(layer, { dims: { ...dims }, options, has });
  const dispatches = kernel.repeat?.({ ...dims }, options, limits) ?? 1;
  return dims.T + L - 1 < L * dispatches;
}

/** Whether each array of a kernel is small enough to be bound. */
function fits(
  { limits }: Device,
  { bindings }: AnyKernel,
  dims: Readonly<Record<string, number>>,
  options: object,
): boolean {
  return Object.values(bindings).every((binding) => {
    const elements = extents(binding, dims, options).reduce((product, extent) => product * extent, 1);
    return elements * WORDS[elementType(binding, options)] * 4 <= limits.maxStorageBufferBindingSize;
  });
}
