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
