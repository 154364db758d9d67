import { defineKernel, flatPlan, perCall, read, update, wgsl, write } from "@unroll/kernels";

/** Independent sums that each invocation keeps in registers: enough to hide the latency of an fma. */
export const SUMS = 16;

/** Multiply-and-add in registers: what the device's arithmetic does at best, 2 · 4 · SUMS · N operations an invocation. */
export const fmaProbe = defineKernel({
  name: "fma_probe",
  dims: { M: perCall("invocations"), N: perCall("rounds") },
  options: { half: false },
  bindings: { factors: read("vec4f", "2"), sums: write("vec4f", "M") },
  plan: ({ M }, limits) => flatPlan(M, limits),
  cost: ({ M, N }) => ({ flops: 2 * 4 * SUMS * M * N, bytes: 16 * M }),
  wgsl: (plan, { options: { half } }) => {
    const vector = half ? "vec4h" : "vec4f";
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.M) { return; }
      let a = ${vector}(factors[0]);
      let b = ${vector}(factors[1]);
      ${each((k) => `var s${k} = ${vector}(vec4f(f32((n + ${k}u) % 64u)));`)}
      for (var round = 0u; round < dims.N; round++) {
        ${each((k) => `s${k} = fma(s${k}, a, b);`)}
      }
      sums[n] = vec4f(${Array.from({ length: SUMS }, (_, k) => `s${k}`).join(" + ")});
    }`;
  },
});

/** Elements that each invocation of the copy moves: fewer leave a software adapter launching, more leave a GPU waiting. */
const RUN = 16;

/** y = x: what the device's memory does at best. */
export const copyProbe = defineKernel({
  name: "copy_probe",
  dims: { N: perCall("elements") },
  bindings: { x: read("vec4f", "N"), y: write("vec4f", "N") },
  plan: ({ N }, limits) => flatPlan(Math.ceil(N / RUN), limits, 256),
  cost: ({ N }) => ({ flops: 0, bytes: 32 * N }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
      let stride = groups.x * groups.y * ${plan.workgroupSize}u;
      for (var n = id.x + id.y * ${plan.width}u; n < dims.N; n += stride) { y[n] = x[n]; } // neighbours touch neighbours
    }`,
});

/** Next to nothing: what is left is the cost of a dispatch. */
export const emptyProbe = defineKernel({
  name: "empty_probe",
  dims: {},
  bindings: { x: update("u32", "1") },
  plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] as const }),
  cost: () => ({ flops: 1, bytes: 8 }),
  wgsl: () => wgsl`
    @compute @workgroup_size(1)
    fn main() { x[0] += 1u; }`,
});

function each(line: (k: number) => string): string {
  return Array.from({ length: SUMS }, (_, k) => line(k)).join("\n      ");
}
