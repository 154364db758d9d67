import { defineKernel, flatPlan, optional, perCall, perModel, read, update, wgsl, write } from "../core";

/** y = gain·x + bias: the least that shows sizes, scalars and an optional binding arriving. */
export const scale = defineKernel({
  name: "scale",
  dims: { n: perCall("elements") },
  scalars: { gain: "f32" },
  bindings: { x: read("f32", "n"), bias: optional(read("f32", "n")), y: write("f32", "n") },
  plan: ({ n }, limits) => flatPlan(n, limits),
  cost: ({ n }) => ({ flops: 2 * n, bytes: 8 * n }),
  wgsl: (plan, { has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      y[i] = dims.gain * x[i]${has.bias ? " + bias[i]" : ""};
    }`,
});

/** total += i for the steps i of a repeated kernel, one dispatch each; and a trace of the steps in order. */
export const countSteps = defineKernel({
  name: "count_steps",
  dims: { T: perCall("steps") },
  bindings: { total: update("u32", "1"), order: write("u32", "T") },
  repeat: ({ T }) => T,
  plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] }),
  cost: ({ T }) => ({ flops: T, bytes: 8 * T }),
  wgsl: () => wgsl`
    @compute @workgroup_size(1)
    fn main() {
      order[dims.step] = total[0];
      total[0] += dims.step;
    }`,
});

/** Brings one scalar of each type back as its bits, with model and call sizes between them. */
export const echoScalars = defineKernel({
  name: "echo_scalars",
  dims: { a: perCall("any"), H: perModel("any"), b: perCall("any") },
  scalars: { real: "f32", signed: "i32", unsigned: "u32" },
  bindings: { out: write("u32", "6") },
  plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] }),
  cost: () => ({ flops: 0, bytes: 24 }),
  wgsl: () => wgsl`
    @compute @workgroup_size(1)
    fn main() {
      out[0] = dims.a;
      out[1] = H;
      out[2] = dims.b;
      out[3] = bitcast<u32>(dims.real);
      out[4] = bitcast<u32>(dims.signed);
      out[5] = dims.unsigned;
    }`,
});
