import type { ConvDims, ConvOptions } from "./definition";

/** What of a call decides the numbers. */
export type Convolution = Omit<ConvDims, "S">;
type Layout = Pick<ConvOptions, "channels">;

/** Places of one product: of the weight, and of the input and output elements that it joins. */
function eachProduct(
  d: Convolution,
  { channels }: Layout,
  visit: (w: number, x: number, y: number, o: number) => void,
) {
  const at = (all: number, high: number, wide: number, n: number, c: number, row: number, column: number): number =>
    channels === "first" ? ((n * all + c) * high + row) * wide + column : ((n * high + row) * wide + column) * all + c;
  for (let n = 0; n < d.N; n++)
    for (let o = 0; o < d.G * d.O; o++)
      for (let i = 0; i < d.OH; i++)
        for (let j = 0; j < d.OW; j++) {
          const y = at(d.G * d.O, d.OH, d.OW, n, o, i, j);
          visit(-1, -1, y, o);
          for (let c = 0; c < d.C; c++)
            for (let a = 0; a < d.kH; a++)
              for (let b = 0; b < d.kW; b++) {
                const [row, column] = [i * d.sH + a * d.dH - d.pH, j * d.sW + b * d.dW - d.pW];
                if (row < 0 || row >= d.H || column < 0 || column >= d.W) continue;
                const channel = Math.floor(o / d.O) * d.C + c;
                const w = ((o * d.C + c) * d.kH + a) * d.kW + b;
                visit(w, at(d.G * d.C, d.H, d.W, n, channel, row, column), y, o);
              }
        }
}

const of = (array: Float64Array, index: number): number => array[index] ?? Number.NaN;
const add = (array: Float64Array, index: number, value: number): void => {
  array[index] = of(array, index) + value;
};

/** y = b + Σ w·x, in float64. */
export function conv2dReference(
  d: Convolution,
  layout: Layout,
  { x, w, bias }: { x: Float64Array; w: Float64Array; bias?: Float64Array | undefined },
): Float64Array {
  const y = new Float64Array(d.N * d.G * d.O * d.OH * d.OW);
  eachProduct(d, layout, (inW, inX, inY, o) => {
    if (inW >= 0) add(y, inY, of(w, inW) * of(x, inX));
    else if (bias) add(y, inY, of(bias, o));
  });
  return y;
}

/** dx = Σ w·dy, dw = Σ x·dy, dbias = Σ dy, in float64. */
export function conv2dBackwardReference(
  d: Convolution,
  layout: Layout,
  { x, w, dy }: { x: Float64Array; w: Float64Array; dy: Float64Array },
): { dx: Float64Array; dw: Float64Array; dBias: Float64Array } {
  const [dx, dw, dBias] = [new Float64Array(x.length), new Float64Array(w.length), new Float64Array(d.G * d.O)];
  eachProduct(d, layout, (inW, inX, inY, o) => {
    if (inW < 0) return add(dBias, o, of(dy, inY));
    add(dx, inX, of(w, inW) * of(dy, inY));
    add(dw, inW, of(x, inX) * of(dy, inY));
  });
  return { dx, dw, dBias };
}
