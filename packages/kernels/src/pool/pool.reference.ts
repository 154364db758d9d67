import type { PoolDims, PoolOptions } from "./pool";

interface Pooled {
  readonly y: Float64Array;
  /** Row · W + column of the first of the largest; 2³² − 1 where a window holds nothing. */
  readonly index: Uint32Array;
}

/** Where the windows lie: for each output, the places of its elements in the array, and their pixels in the image. */
function windows(
  d: PoolDims,
  { channels }: PoolOptions,
  lengths?: ArrayLike<number>,
): { at: number; pixel: number }[][] {
  const found: { at: number; pixel: number }[][] = [];
  const place = (n: number, c: number, pixel: number, pixels: number): number =>
    channels === "first" ? (n * d.C + c) * pixels + pixel : (n * pixels + pixel) * d.C + c;
  for (let n = 0; n < d.N; n++)
    for (let c = 0; c < d.C; c++)
      for (let i = 0; i < d.OH; i++)
        for (let j = 0; j < d.OW; j++) {
          const elements: { at: number; pixel: number }[] = [];
          for (let a = 0; a < d.kH; a++)
            for (let b = 0; b < d.kW; b++) {
              const [row, column] = [i * d.sH + a - d.pH, j * d.sW + b - d.pW];
              if (row < 0 || row >= d.H || column < 0 || column >= Math.min(d.W, lengths?.[n] ?? d.W)) continue;
              elements.push({ at: place(n, c, row * d.W + column, d.H * d.W), pixel: row * d.W + column });
            }
          found[place(n, c, i * d.OW + j, d.OH * d.OW)] = elements;
        }
  return found;
}

const of = (x: Float64Array, at: number): number => x[at] ?? Number.NaN;

export function maxPoolReference(
  d: PoolDims,
  options: PoolOptions,
  x: Float64Array,
  lengths?: ArrayLike<number>,
): Pooled {
  const best = windows(d, options, lengths).map((elements) =>
    elements.reduce<{ value: number; pixel: number } | undefined>(
      (found, { at, pixel }) => (found && found.value >= of(x, at) ? found : { value: of(x, at), pixel }),
      undefined,
    ),
  );
  return {
    y: Float64Array.from(best, (found) => found?.value ?? 0),
    index: Uint32Array.from(best, (found) => found?.pixel ?? 0xffffffff),
  };
}

export function maxPoolBackwardReference(
  d: PoolDims,
  options: PoolOptions,
  { x, dy }: { x: Float64Array; dy: Float64Array },
  lengths?: ArrayLike<number>,
): Float64Array {
  const dx = new Float64Array(x.length);
  const { index } = maxPoolReference(d, options, x, lengths);
  for (const [o, elements] of windows(d, options, lengths).entries()) {
    const taken = elements.find(({ pixel }) => pixel === index[o]);
    if (taken) dx[taken.at] = of(dx, taken.at) + of(dy, o);
  }
  return dx;
}

export function averagePoolReference(
  d: PoolDims,
  options: PoolOptions,
  x: Float64Array,
  lengths?: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(windows(d, options, lengths), (elements) =>
    elements.reduce((sum, { at }) => sum + of(x, at) / elements.length, 0),
  );
}

export function averagePoolBackwardReference(
  d: PoolDims,
  options: PoolOptions,
  dy: Float64Array,
  lengths?: ArrayLike<number>,
): Float64Array {
  const dx = new Float64Array(d.N * d.C * d.H * d.W);
  for (const [o, elements] of windows(d, options, lengths).entries()) {
    for (const { at } of elements) dx[at] = of(dx, at) + of(dy, o) / elements.length;
  }
  return dx;
}
