import { expect, test } from "vitest";

// A browser without an adapter must turn the run red by itself, whatever the other GPU tests do about it.
test("the browser has a WebGPU adapter, and a dispatch of it computes", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("requestAdapter() gave null: this browser runs no WebGPU");
  const device = await adapter.requestDevice();
  const code =
    "@group(0) @binding(0) var<storage, read_write> a: array<u32>;" +
    "@compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { a[id.x] = id.x * id.x; }";
  const usage = GPUBufferUsage;
  const buffer = device.createBuffer({ size: 16, usage: usage.STORAGE | usage.COPY_SRC });
  const staging = device.createBuffer({ size: 16, usage: usage.MAP_READ | usage.COPY_DST });
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const entries = [{ binding: 0, resource: { buffer } }];
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 16);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  expect([...new Uint32Array(staging.getMappedRange())]).toEqual([0, 1, 4, 9]);
  device.destroy();
});

test("import.meta.env.UNROLL_LIMITS says which limits a test may ask for", () => {
  expect(["default", "adapter"]).toContain(import.meta.env.UNROLL_LIMITS);
});
