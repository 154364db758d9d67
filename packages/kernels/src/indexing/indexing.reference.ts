import type { IndexLayout } from "./places";
import type { ScatterReduction } from "./scatter";

/** Arrays [outer, V, inner] and [outer, N, inner], as the kernels have them. */
export interface IndexedSize {
  readonly outer: number;
  readonly V: number;
  readonly N: number;
  readonly inner: number;
}

/** The place that index (o, n, i) means, counted from the end where it is negative; undefined where it is none. */
function placeOf(
  ids: ArrayLike<number>,
  [o, n, i]: readonly [number, number, number],
  { V, N, inner }: IndexedSize,
  layout: IndexLayout,
): number | undefined {
  const id = ids[layout === "shared" ? n : layout === "rows" ? o * N + n : (o * N + n) * inner + i] ?? V;
  const place = id < 0 ? id + V : id;
  return place >= 0 && place < V ? place : undefined;
}

function each({ outer, N, inner }: IndexedSize, visit: (place: readonly [number, number, number]) => void): void {
  for (let o = 0; o < outer; o++) for (let n = 0; n < N; n++) for (let i = 0; i < inner; i++) visit([o, n, i]);
}

/** out[o, n, i] = x[o, place of index n, i]; zeros where it means none. */
export function gatherReference(
  x: ArrayLike<number>,
  ids: ArrayLike<number>,
  size: IndexedSize,
  layout: IndexLayout,
): Float64Array {
  const { outer, V, N, inner } = size;
  const out = new Float64Array(outer * N * inner);
  each(size, ([o, n, i]) => {
    const place = placeOf(ids, [o, n, i], size, layout);
    out[(o * N + n) * inner + i] = place === undefined ? 0 : (x[(o * V + place) * inner + i] ?? Number.NaN);
  });
  return out;
}

/** Each update in turn written to, or combined with, the element that its index means; and which value each element is. */
export function scatterReference(
  data: ArrayLike<number>,
  ids: ArrayLike<number>,
  updates: ArrayLike<number>,
  size: IndexedSize,
  { layout, reduction }: { layout: IndexLayout; reduction: ScatterReduction },
): { out: Float64Array; source: Float64Array } {
  const { V, N, inner } = size;
  const out = Float64Array.from(data);
  const source = new Float64Array(out.length);
  each(size, ([o, n, i]) => {
    const place = placeOf(ids, [o, n, i], size, layout);
    if (place === undefined) return;
    const at = (o * V + place) * inner + i;
    const update = updates[(o * N + n) * inner + i] ?? Number.NaN;
    const value = out[at] ?? Number.NaN;
    if (reduction === "add") out[at] = value + update;
    else if (reduction === "mul") out[at] = value * update;
    else if (reduction === "none" || (reduction === "min" ? update < value : update > value)) {
      out[at] = update;
      source[at] = n + 1;
    }
  });
  return { out, source };
}

/** For each list: the first index of each place, and after each index the next one of the same place; N where none is. */
export function chainsReference(
  ids: ArrayLike<number>,
  { outer, V, N }: IndexedSize,
  layout: IndexLayout,
): { first: number[]; next: number[] } {
  const lists = layout === "shared" ? 1 : outer;
  const places = Array.from({ length: lists * N }, (_, k) => {
    const size = { outer: lists, V, N, inner: 1 };
    return placeOf(ids, [Math.floor(k / N), k % N, 0], size, "rows");
  });
  const following = (list: number, from: number, v: number | undefined): number => {
    for (let n = from; n < N; n++) if (v !== undefined && places[list * N + n] === v) return n;
    return N;
  };
  return {
    first: Array.from({ length: lists * V }, (_, k) => following(Math.floor(k / V), 0, k % V)),
    next: places.map((v, k) => following(Math.floor(k / N), (k % N) + 1, v)),
  };
}

/** Each tuple as one index over its extents, row-major; `none` where one of its indices is out of range. */
export function flatIndicesReference(ids: ArrayLike<number>, extents: readonly number[], none: number): number[] {
  const depth = extents.length;
  return Array.from({ length: ids.length / depth }, (_, n) => {
    let flat = 0;
    for (const [k, extent] of extents.entries()) {
      const id = ids[n * depth + k] ?? 0;
      const place = id < 0 ? id + extent : id;
      if (place < 0 || place >= extent) return none;
      flat = flat * extent + place;
    }
    return flat;
  });
}

/** Σ over the elements before, and for exclusive sums not at, each place of the axis; from its end where reversed. */
export function cumSumReference(
  x: ArrayLike<number>,
  { outer, N, inner }: { outer: number; N: number; inner: number },
  { exclusive = false, reverse = false }: { exclusive?: boolean; reverse?: boolean } = {},
): Float64Array {
  const out = new Float64Array(outer * N * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let n = 0; n < N; n++) {
        let sum = 0;
        for (let m = 0; m < N; m++) {
          const counts = (reverse ? m > n : m < n) || (m === n && !exclusive);
          if (counts) sum += x[(o * N + m) * inner + i] ?? Number.NaN;
        }
        out[(o * N + n) * inner + i] = sum;
      }
    }
  }
  return out;
}

/** Rows sorted, the lowest index of equals first, and cut off after K. */
export function topKReference(
  x: ArrayLike<number>,
  { R, V, K }: { R: number; V: number; K: number },
  smallest = false,
): { values: number[]; indices: number[] } {
  const sign = smallest ? -1 : 1;
  const indices = Array.from({ length: R }, (_, row) => {
    const value = (v: number): number => x[row * V + v] ?? Number.NaN;
    const order = Array.from({ length: V }, (_, v) => v);
    return order.sort((a, b) => sign * (value(b) - value(a)) || a - b).slice(0, K);
  });
  return {
    values: indices.flatMap((places, row) => places.map((v) => x[row * V + v] ?? Number.NaN)),
    indices: indices.flat(),
  };
}
