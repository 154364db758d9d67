import { type Device, defineKernel, flatPlan, perCall, read, runKernel, wgsl, write } from "../core";

/** Values of a WGSL expression of `x` and `y`, element by element. */
export async function mapFunction(
  device: Device,
  expression: string,
  x: Float32Array<ArrayBuffer>,
  y: Float32Array<ArrayBuffer> = x,
): Promise<Float32Array<ArrayBuffer>> {
  const kernel = defineKernel({
    name: "map_function",
    dims: { n: perCall("elements") },
    bindings: { a: read("f32", "n"), b: read("f32", "n"), out: write("f32", "n") },
    plan: ({ n }, limits) => flatPlan(n, limits),
    cost: ({ n }) => ({ flops: n, bytes: 12 * n }),
    wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      let x = a[i];
      let y = b[i];
      out[i] = ${expression};
    }`,
  });
  const { out } = await runKernel(device, kernel, { dims: { n: x.length }, inputs: { a: x, b: y } });
  if (!(out instanceof Float32Array)) throw new Error(`${expression} gave no floats.`);
  return out;
}

/** The smallest, the ordinary and the largest numbers, both signs: where functions are cut into pieces, and beyond. */
export function sweep({ from = -3e38, to = 3e38 }: { from?: number; to?: number } = {}): Float32Array<ArrayBuffer> {
  const points = [
    0, 1e-40, 1e-38, 1e-20, 1e-7, 0.125, 0.5, 1, 4, 13, 20, 86.9, 87, 87.1, 88, 88.8, 100, 1000, 1e20, 3e38,
  ];
  for (let i = 0; i < 20_000; i++) points.push((i + 0.5) / 1000); //  0 … 20, evenly
  for (let e = -30; e < 38; e += 0.01) points.push(10 ** e); //        every magnitude
  const both = [...points, ...points.map((point) => -point)].map(Math.fround);
  return Float32Array.from(new Set(both.filter((point) => point >= from && point <= to)));
}
