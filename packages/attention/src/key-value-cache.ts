import { appendRows, takeRows, ValueError } from "@unroll/kernels";
import {
  add,
  cast,
  defineOp,
  expectExtent,
  expectShape,
  hostValues,
  lengthsTensor,
  run,
  Tensor,
  tensor,
  zeros,
} from "@unroll/nn";

/** Keys and values of one attention for the steps so far, heads side by side: [B, C, M·D] and [B, C, M·E]. */
export interface KeysAndValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/**
 * What attention layers keep of the steps so far, so that the next costs no more than itself. A value: a step takes one and
 * returns the next. All its tensors have the rows of the batch first, so a search may gather, repeat and drop rows.
 */
export interface KeyValueCache {
  /** Steps of each row that are in it: u32 [B]. */
  readonly lengths: Tensor;
  /** Most steps that any row can have: a bound that is known without asking the device. */
  readonly used: number;
  /** C: steps that there is room for. */
  readonly capacity: number;
  /** One for each layer. */
  readonly layers: readonly KeysAndValues[];
}

/** Features of keys and values of one layer. */
export interface CacheFeatures {
  readonly keys: number;
  readonly values: number;
}

/**
 * A cache without steps.
 * @param B rows of the batch
 * @param capacity C: steps that any row will have at most; it grows where more come, at the price of another plan
 */
export function emptyCache(B: number, capacity: number, layers: readonly CacheFeatures[]): KeyValueCache {
  expectExtent("emptyCache", { B });
  expectExtent("emptyCache", { capacity });
  return {
    lengths: tensor(new Uint32Array(B)),
    used: 0,
    capacity,
    layers: layers.map(({ keys, values }) => ({
      keys: zeros([B, capacity, keys]),
      values: zeros([B, capacity, values]),
    })),
  };
}

const appended = defineOp<
  { cache: Tensor; fresh: Tensor; lengths: Tensor },
  object,
  { out: Tensor },
  { cache: Tensor; fresh: Tensor; lengths: Tensor }
>({
  name: "appendSteps",
  forward(inputs) {
    const dims = sizesOf(inputs);
    const { out } = run(appendRows, inputs, {
      dims,
      shapes: { out: inputs.cache.shape },
      dtypes: { out: inputs.cache.dtype },
    });
    return { out: { out }, saved: inputs };
  },
  // What was there keeps its gradient except where it was written over; what is new gets that of its place.
  backward({ out: d }, inputs, needs) {
    if (!d) return {};
    const { cache, fresh, lengths } = inputs;
    const dims = sizesOf(inputs);
    const of = (shape: readonly number[]) => ({ dims, shapes: { out: shape }, dtypes: { out: d.dtype } });
    return {
      ...(needs.has("cache")
        ? { cache: run(appendRows, { cache: d, fresh: zeros(fresh.shape), lengths }, of(cache.shape)).out }
        : {}),
      ...(needs.has("fresh") ? { fresh: run(takeRows, { cache: d, lengths }, of(fresh.shape)).out } : {}),
    };
  },
});

function sizesOf({ cache, fresh }: { cache: Tensor; fresh: Tensor }): Record<"B" | "C" | "T" | "F", number> {
  const [B, C, F] = cache.shape as [number, number, number];
  return { B, C, T: fresh.shape[1] as number, F };
}

/**
 * Steps put after the first `lengths` of each row of a cache; what has no room is dropped.
 * @param cache [B, C, F]
 * @param fresh [B, T, F]
 * @param lengths u32 [B]
 * @returns [B, C, F]
 * @throws ShapeError if they do not fit
 */
export function appendSteps(cache: Tensor, fresh: Tensor, lengths: Tensor): Tensor {
  const { B, F } = expectShape("appendSteps", { cache }, ["B", "C", "F"]) as { B: number; F: number };
  expectShape("appendSteps", { fresh }, [B, "T", F]);
  expectShape("appendSteps", { lengths }, [B]);
  return appended({ cache, fresh, lengths: cast(lengths, "u32") }, {}).out;
}

/** A cache with room for T steps more: itself, or one with longer arrays. */
export function withRoom(cache: KeyValueCache, T: number): KeyValueCache {
  if (cache.used + T <= cache.capacity) return cache;
  const capacity = Math.max(cache.used + T, 2 * cache.capacity);
  const longer = (x: Tensor): Tensor => {
    const [B, , F] = x.shape as [number, number, number];
    return appendSteps(zeros([B, capacity, F]), x, tensor(new Uint32Array(B)));
  };
  return {
    ...cache,
    capacity,
    layers: cache.layers.map(({ keys, values }) => ({ keys: longer(keys), values: longer(values) })),
  };
}

/** How many of the T new steps of each row count: all, or true lengths [B]. */
export type StepCounts = ArrayLike<number> | Tensor | undefined;

/**
 * A cache, what `x` brings to it, and how many of those steps count, checked before anything is made of them.
 * @param count layers that the cache should be of
 * @returns the cache with room for the steps, their number, and the counts as a tensor
 * @throws ValueError if the cache is none of so many layers, or a count is no whole number from 0 to T; ShapeError,
 *   DTypeError if there is not a count for each row, of u32 where it is a tensor
 */
export function beginStep(
  where: string,
  x: Tensor,
  cache: KeyValueCache,
  { lengths, count }: { readonly lengths: StepCounts; readonly count: number },
): { readonly roomy: KeyValueCache; readonly T: number; readonly counts: Tensor | undefined } {
  const { T } = expectShape(where, { x }, ["B", "T", "F"]) as { T: number };
  const layers = Object(cache).layers;
  if (!Array.isArray(layers) || layers.length !== count) {
    const [expected, remedy] = [
      `a cache of ${count} layers`,
      "Begin with emptyCache of this stack, go on with the cache that step gave.",
    ];
    const received = Array.isArray(layers) ? `one of ${layers.length}` : "something else";
    throw new ValueError({ where, what: "cache", expected, received, remedy });
  }
  const [B = 0] = cache.lengths.shape;
  return { roomy: withRoom(cache, T), T, counts: lengthsTensor(where, lengths, { B, T }, true) };
}

/** @throws ValueError unless it is what `prepare` of an attention gives */
export function expectKeysAndValues(where: string, what: string, prepared: KeysAndValues): KeysAndValues {
  const { keys, values } = Object(prepared);
  if (keys instanceof Tensor && values instanceof Tensor) return prepared;
  const [expected, remedy] = ["keys and values", "Pass what prepare(memory) gave."];
  const received = prepared instanceof Tensor ? String(prepared) : "something else";
  throw new ValueError({ where, what, expected, received, remedy });
}

/** The most that a row gains of T new steps: all of them where only the device knows the counts. */
export function mostSteps(T: number, counts: StepCounts): number {
  const known = counts instanceof Tensor ? hostValues(counts) : counts;
  return known ? Array.from(known).reduce((most, count) => Math.max(most, count), 0) : T;
}

/**
 * The cache after T steps more.
 * @param counts how many of the new steps of each row are true; the others are padding, and are written over later
 */
export function advanced(
  cache: KeyValueCache,
  layers: readonly KeysAndValues[],
  T: number,
  counts: Tensor | undefined,
): KeyValueCache {
  return { ...cache, layers, used: cache.used + mostSteps(T, counts), lengths: add(cache.lengths, counts ?? T) };
}
