import type { Tensor64 } from "./scan.reference";

/** The recurrent matrix r [D, G·H, H] as `pack_recurrent` lays it, from its definition. */
export function packReference(r: Tensor64, G: number): Float64Array {
  const [D = 0, GH = 0, H = 0] = r.shape;
  const lanes = G === 1 ? 4 : G;
  const columns = Math.ceil(GH / lanes);
  const rT = new Float64Array(D * H * columns * 4);
  for (let d = 0; d < D; d++) {
    for (let row = 0; row < GH; row++) {
      for (let k = 0; k < H; k++) {
        const place = ((d * H + k) * columns + Math.floor(row / lanes)) * 4 + (row % lanes);
        rT[place] = r.data[(d * GH + row) * H + k] ?? 0;
      }
    }
  }
  return rT;
}

/** The recurrent matrix r [D, G·H, H] as `pad_recurrent` lays it. */
export function padReference(r: Tensor64): Float64Array {
  const H = r.shape[2] ?? 0;
  const width = Math.ceil(H / 4) * 4;
  const rows = new Float64Array((r.data.length / H) * width);
  r.data.forEach((value, n) => {
    rows[Math.floor(n / H) * width + (n % H)] = value;
  });
  return rows;
}

/** Rows by falling length and then by number, with their lengths, as `order_rows` lays them. */
export function orderReference(lengths: ArrayLike<number>, T: number): number[] {
  return Array.from(lengths)
    .map((length, row) => [row, Math.min(length, T)] as const)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .flat();
}

/** How many steps lie within the lengths, those steps, and then the others, as `list_steps` lays them. */
export function stepsReference(lengths: ArrayLike<number>, T: number): number[] {
  const all = Array.from({ length: lengths.length * T }, (_, n) => n);
  const within = all.filter((n) => n % T < (lengths[Math.floor(n / T)] ?? 0));
  return [within.length, ...within, ...all.filter((n) => !within.includes(n))];
}

/** Parts of an LSTM's recurrent weights, each [D, …], as `pack_lstm` lays them: direction by direction. */
export function packLstmReference(parts: LSTMWeights, G: number): Float64Array {
  return byDirection(parts, ({ r, peephole, projection }) => {
    const H = (r.shape[1] ?? 0) / G;
    const lanes = Array.from({ length: H }, (_, u) =>
      [0, 1, 2, 3].map((g) => {
        if (!peephole || g >= G || g === G - 2) return 0;
        return peephole.data[u * (G - 1) + (g < G - 2 ? g : g - 1)] ?? 0;
      }),
    );
    return [
      ...packReference(r, G),
      ...(projection ? packReference(projection, 1) : []),
      ...(peephole ? lanes.flat() : []),
    ];
  });
}

/** The same as `pad_lstm` lays them. */
export function padLstmReference(parts: LSTMWeights, G: number): Float64Array {
  return byDirection(parts, ({ r, peephole, projection }) => {
    const H = (r.shape[1] ?? 0) / G;
    const turned = Float64Array.from(
      { length: (G - 1) * H },
      (_, n) => peephole?.data[(n % H) * (G - 1) + Math.floor(n / H)] ?? 0,
    );
    return [
      ...padReference(r),
      ...(projection ? padReference(projection) : []),
      ...(peephole ? padReference({ shape: [1, G - 1, H], data: turned }) : []),
    ];
  });
}

/** R [D, G·H, P], peepholes [D, H, G − 1] and projection [D, P, H]. */
interface LSTMWeights {
  readonly r: Tensor64;
  readonly peephole?: Tensor64 | undefined;
  readonly projection?: Tensor64 | undefined;
}

function byDirection(weights: LSTMWeights, lay: (of: LSTMWeights) => number[]): Float64Array {
  const D = weights.r.shape[0] ?? 0;
  const part = (of: Tensor64 | undefined, d: number): Tensor64 | undefined =>
    of && {
      shape: [1, ...of.shape.slice(1)],
      data: of.data.slice((d * of.data.length) / D, ((d + 1) * of.data.length) / D),
    };
  const directions = Array.from({ length: D }, (_, d) => {
    const { r, peephole, projection } = weights;
    return lay({ r: part(r, d) ?? r, peephole: part(peephole, d), projection: part(projection, d) });
  });
  return Float64Array.from(directions.flat());
}
