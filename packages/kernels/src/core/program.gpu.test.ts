import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { countSteps, echoScalars, scale } from "../test-support/kernels";
import type { BufferRange } from "./buffer-pool";
import { type AnyKernel, defineKernel, perCall, read, write } from "./define-kernel";
import { DisposedError, ShaderError, ShapeError, ValueError } from "./errors";
import { flatPlan } from "./plan";
import { Program } from "./program";
import { wgsl } from "./wgsl";

const gpu = useTestDevice();

function upload(values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): BufferRange {
  const range = { buffer: gpu.device.pool.acquire(values.byteLength, "test"), offset: 0, size: values.byteLength };
  gpu.device.upload(range, values);
  return range;
}

const floats = async (range: BufferRange) => [...new Float32Array(await gpu.device.read(range))];
const words = async (range: BufferRange) => [...new Uint32Array(await gpu.device.read(range))];

/** scale of 1, 2, 3 by `gain`. */
async function scaled(gain = 2) {
  const x = upload(Float32Array.of(1, 2, 3));
  const y = upload(new Float32Array(3));
  const call = { kernel: scale, dims: { n: 3 }, scalars: { gain }, bindings: { x, y } };
  return { x, y, call, program: await Program.compile(gpu.device, [call]) };
}

describe("sizes and scalars", () => {
  test("of every type arrive, whatever stands between them", async () => {
    const out = upload(new Uint32Array(6));
    const scalars = { real: -1.5, signed: -7, unsigned: 4_000_000_000 };
    const program = await Program.compile(gpu.device, [
      { kernel: echoScalars, dims: { a: 11, H: 12, b: 13 }, scalars, bindings: { out } },
    ]);
    program.run();
    expect(await words(out)).toEqual([11, 12, 13, 0xbfc00000, 2 ** 32 - 7, 4_000_000_000]);
    program.setScalar(0, "real", 2);
    program.setScalar(0, "signed", 5);
    program.setScalar(0, "unsigned", 6);
    program.run();
    expect(await words(out)).toEqual([11, 12, 13, 0x40000000, 5, 6]);
  });

  test("are written once, and then only what changed", async () => {
    const { program, y } = await scaled();
    const uploaded = (): number => {
      const before = gpu.device.counters.snapshot();
      program.run();
      return gpu.device.counters.since(before).uploadedBytes;
    };
    expect(uploaded()).toBe(gpu.device.limits.minUniformBufferOffsetAlignment);
    expect(uploaded()).toBe(0);
    program.setScalar(0, "gain", 5);
    expect(uploaded()).toBe(4);
    expect(uploaded()).toBe(0);
    expect(await floats(y)).toEqual([5, 10, 15]);
  });

  test("that the kernel does not have are refused", async () => {
    const { program, call } = await scaled();
    expect(() => program.setScalar(0, "rate", 1)).toThrow(
      new ValueError({ where: "scale", what: 'scalar "rate"', expected: "one of gain", received: "not one of them" }),
    );
    expect(() => program.setScalar(1, "gain", 1)).toThrow(
      "Program: the call should be a whole number below 1 but is 1.",
    );
    const compiling = Program.compile(gpu.device, [{ ...call, scalars: { gain: 1, rate: 2 } }]);
    await expect(compiling).rejects.toThrow('scale: scalar "rate" should be one of gain but is not one of them.');
  });
});

describe("a repeated kernel", () => {
  test("runs its steps in order, each seeing what the last wrote, all through one bind group", async () => {
    const T = 300; // more blocks than one alignment holds
    const total = upload(new Uint32Array(1));
    const order = upload(new Uint32Array(T));
    const before = gpu.device.counters.snapshot();
    const program = await Program.compile(gpu.device, [
      { kernel: countSteps, dims: { T }, bindings: { total, order } },
    ]);
    expect(program.dispatches).toBe(T);
    program.run();
    expect(gpu.device.counters.since(before)).toMatchObject({
      dispatches: T,
      submissions: 1,
      bindGroups: 1,
      buffers: 1,
    });
    expect(await words(total)).toEqual([(T * (T - 1)) / 2]);
    expect(await words(order)).toEqual(Array.from({ length: T }, (_, i) => (i === 0 ? 0 : (i * (i - 1)) / 2)));
  });

  test("gets a new scalar in every step", async () => {
    const kernel = defineKernel({
      name: "sum_rates",
      dims: { T: perCall("steps") },
      scalars: { rate: "f32" },
      bindings: { out: write("f32", "T") },
      repeat: ({ T }) => T,
      plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] }),
      cost: () => ({ flops: 0, bytes: 4 }),
      wgsl: () => "@compute @workgroup_size(1) fn main() { out[dims.step] = dims.rate; }",
    });
    const out = upload(new Float32Array(4));
    const program = await Program.compile(gpu.device, [
      { kernel, dims: { T: 4 }, scalars: { rate: 1 }, bindings: { out } },
    ]);
    program.run();
    program.setScalar(0, "rate", 3);
    program.run();
    expect(await floats(out)).toEqual([3, 3, 3, 3]);
  });
});

test("hundreds of calls each find their own sizes and scalars", async () => {
  const n = 500;
  const y = Array.from({ length: n }, () => upload(new Float32Array(2)));
  const x = upload(Float32Array.of(1, 10));
  const program = await Program.compile(
    gpu.device,
    y.map((range, i) => ({ kernel: scale, dims: { n: 1 + (i % 2) }, scalars: { gain: i }, bindings: { x, y: range } })),
  );
  program.run();
  program.setScalar(321, "gain", -1);
  program.run();
  for (const i of [0, 1, 2, 320, 322, 499]) {
    expect(await floats(y[i] as BufferRange), `call ${i}`).toEqual([i, i % 2 === 1 ? 10 * i : 0]);
  }
  expect(await floats(y[321] as BufferRange)).toEqual([-1, -10]);
  for (const { buffer } of y) gpu.device.pool.release(buffer);
});

test("more numbers than one alignment holds stay apart from the next call's", async () => {
  // wider than the least alignment of any device, 32 bytes, and than WebGPU's default of 256
  const names = Array.from({ length: 70 }, (_, i) => `d${i}`);
  const kernel: AnyKernel = defineKernel({
    name: "many_dims",
    dims: Object.fromEntries(names.map((name) => [name, perCall("any")])),
    bindings: { out: write("u32", "70") },
    plan: () => ({ workgroupSize: 1, grid: [1, 1, 1] as [number, number, number] }),
    cost: () => ({ flops: 0, bytes: 280 }),
    wgsl: () => `@compute @workgroup_size(1) fn main() { ${names.map((d, i) => `out[${i}] = dims.${d};`).join(" ")} }`,
  });
  const outs = [upload(new Uint32Array(70)), upload(new Uint32Array(70))];
  const dims = (from: number) => Object.fromEntries(names.map((name, i) => [name, from + i]));
  const calls = outs.map((out, i) => ({ kernel, dims: dims(1000 * i), bindings: { out } }));
  const program = await Program.compile(gpu.device, calls);
  program.run();
  expect(await words(outs[0] as BufferRange)).toEqual(names.map((_, i) => i));
  expect(await words(outs[1] as BufferRange)).toEqual(names.map((_, i) => 1000 + i));
});

describe("running again", () => {
  test("creates nothing", async () => {
    const { program } = await scaled();
    program.run();
    const before = gpu.device.counters.snapshot();
    for (let i = 0; i < 20; i++) {
      program.setScalar(0, "gain", i);
      program.run();
    }
    expect(gpu.device.counters.since(before)).toEqual({
      dispatches: 20,
      submissions: 20,
      buffers: 0,
      liveBuffers: 0,
      liveBytes: 0,
      bindGroups: 0,
      pipelines: 0,
      uploadedBytes: 80,
      readbacks: 0,
    });
  });

  test("another batch size compiles nothing, and sees its own size", async () => {
    await scaled();
    const before = gpu.device.counters.snapshot();
    const x = upload(Float32Array.of(1, 2, 3, 4, 5));
    const y = upload(new Float32Array(5));
    const program = await Program.compile(gpu.device, [
      { kernel: scale, dims: { n: 4 }, scalars: { gain: 10 }, bindings: { x, y } },
    ]);
    program.run();
    expect(gpu.device.counters.since(before).pipelines).toBe(0);
    expect(await floats(y)).toEqual([10, 20, 30, 40, 0]);
  });

  test("one kernel asked for many times at once is compiled once", async () => {
    const kernel = defineKernel({
      ...scale,
      name: "scale_fresh",
      wgsl: (...args) => `${scale.wgsl(...args)} // fresh`,
    });
    const { x, y } = await scaled();
    const call = { kernel, dims: { n: 3 }, scalars: { gain: 2 }, bindings: { x, y } };
    const before = gpu.device.counters.snapshot();
    await Promise.all([Program.compile(gpu.device, [call, call]), Program.compile(gpu.device, [call])]);
    expect(gpu.device.counters.since(before)).toMatchObject({ pipelines: 1, bindGroups: 3 });
  });
});

describe("rebind", () => {
  test("lets a call read and write elsewhere; bind groups once made are kept", async () => {
    const { program, x, y } = await scaled();
    const other = upload(Float32Array.of(7, 8, 9));
    const before = gpu.device.counters.snapshot();
    const groups = (): number => gpu.device.counters.since(before).bindGroups;
    program.rebind(0, "x", other);
    expect(groups()).toBe(1);
    program.run();
    expect(await floats(y)).toEqual([14, 16, 18]);
    program.rebind(0, "x", x);
    program.rebind(0, "x", other);
    program.rebind(0, "x", { ...other });
    expect(groups()).toBe(1);
    program.rebind(0, "x", x);
    program.run();
    expect(await floats(y)).toEqual([2, 4, 6]);
  });

  test("to another part of one buffer is another binding", async () => {
    const { program, y } = await scaled();
    const both = upload(Float32Array.from({ length: 67 }, (_, i) => i));
    program.rebind(0, "x", { buffer: both.buffer, offset: 0, size: 12 });
    program.run();
    expect(await floats(y)).toEqual([0, 2, 4]);
    program.rebind(0, "x", { buffer: both.buffer, offset: 256, size: 12 });
    program.run();
    expect(await floats(y)).toEqual([128, 130, 132]);
  });

  test("refuses what compile refuses, before any GPU work", async () => {
    const { program, x } = await scaled();
    const before = gpu.device.counters.snapshot();
    expect(() => program.rebind(0, "x", { ...x, size: 8 })).toThrow(ShapeError);
    expect(() => program.rebind(0, "bias", x)).toThrow(
      'scale: binding "bias" should be one of x, y but is not one of them.',
    );
    expect(() => program.rebind(3, "x", x)).toThrow(ValueError);
    program.run();
    await gpu.device.idle();
    expect(gpu.device.counters.since(before).bindGroups).toBe(0);
  });

  test("forgets the oldest of many bind groups, and keeps working", async () => {
    const { program, x, y } = await scaled();
    const big = upload(Float32Array.from({ length: 64 * 300 }, (_, i) => i / 64));
    for (let i = 0; i < 300; i++) program.rebind(0, "x", { buffer: big.buffer, offset: 256 * i, size: 12 });
    const before = gpu.device.counters.snapshot();
    program.rebind(0, "x", { buffer: big.buffer, offset: 256 * 299, size: 12 });
    program.rebind(0, "x", { buffer: big.buffer, offset: 256 * 298, size: 12 });
    program.rebind(0, "x", { buffer: big.buffer, offset: 256 * 100, size: 12 });
    expect(gpu.device.counters.since(before).bindGroups).toBe(0);
    program.rebind(0, "x", x);
    expect(gpu.device.counters.since(before).bindGroups).toBe(1);
    program.run();
    expect(await floats(y)).toEqual([2, 4, 6]);
  });
});

describe("buffers that do not fit are refused before any GPU work", () => {
  test.each([
    [{ offset: 0, size: 8 }, 'scale: the array "x" should be at least 12 bytes but is 8 bytes.'],
    [
      { offset: 256, size: 12 },
      'scale: the array "x" should be words of 4 bytes within its buffer of 256 bytes but is bytes 256 to 268.',
    ],
    [
      { offset: 4, size: 12 },
      'scale: the array "x" should be at a multiple of 256 bytes on this device but is at byte 4.',
    ],
  ])("%o", async (part, message) => {
    const { call } = await scaled();
    const before = gpu.device.counters.snapshot();
    const x = { ...call.bindings.x, ...part };
    const compiling = Program.compile(gpu.device, [{ ...call, bindings: { ...call.bindings, x } }]);
    await expect(compiling).rejects.toThrow(message);
    expect(gpu.device.counters.since(before)).toMatchObject({ buffers: 0, bindGroups: 0, pipelines: 0 });
    await gpu.device.idle();
  });

  test("an empty array still needs an element's room", async () => {
    const { x, y } = await scaled();
    const call = { kernel: scale, dims: { n: 0 }, scalars: { gain: 1 } };
    await expect(Program.compile(gpu.device, [{ ...call, bindings: { x: { ...x, size: 0 }, y } }])).rejects.toThrow(
      'scale: the array "x" should be at least 4 bytes but is 0 bytes.',
    );
    const program = await Program.compile(gpu.device, [{ ...call, bindings: { x, y } }]);
    program.run();
    expect(await floats(y)).toEqual([0, 0, 0]);
  });
});

describe("broken WGSL", () => {
  const broken = defineKernel({
    name: "broken_kernel",
    dims: { n: perCall("elements") },
    bindings: { x: read("f32", "n"), y: write("f32", "n") },
    plan: ({ n }, limits) => flatPlan(n, limits),
    cost: () => ({ flops: 0, bytes: 0 }),
    wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x;
      y[i] = x[i] + missing_name;
    }`,
  });

  test("is a ShaderError that names the kernel and the line, and no fault of the device", async () => {
    const { x, y, program } = await scaled();
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = gpu.device.counters.snapshot();
      const compiling = Program.compile(gpu.device, [{ kernel: broken, dims: { n: 3 }, bindings: { x, y } }]);
      const error = await compiling.then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ShaderError);
      expect(error).toHaveProperty("where", "broken_kernel");
      expect(String(error)).toMatch(
        /^ShaderError: broken_kernel: the WGSL was refused at line 9: .*missing_name.* in "y\[i\] = x\[i\] \+ missing_name;"/s,
      );
      expect(gpu.device.counters.since(before), "a refusal is not cached, and leaves nothing behind").toMatchObject({
        pipelines: 1,
        liveBuffers: 0,
      });
    }
    await gpu.device.idle();
    program.run();
    expect(await floats(y)).toEqual([2, 4, 6]);
  });

  test("without an entry point is told as a whole", async () => {
    const kernel = defineKernel({ ...broken, name: "no_entry", wgsl: () => "fn other() {}" });
    const { x, y } = await scaled();
    const compiling = Program.compile(gpu.device, [{ kernel, dims: { n: 3 }, bindings: { x, y } }]);
    await expect(compiling).rejects.toThrow(/^no_entry: the WGSL was refused as a whole: /);
    await gpu.device.idle();
  });
});

test("encode records into the caller's own pass, among the caller's own commands", async () => {
  const { program, y } = await scaled();
  const copy = upload(new Float32Array(3));
  program.uploadScalars();
  const before = gpu.device.counters.snapshot();
  const encoder = gpu.device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  program.encode(pass);
  program.encodeCall(pass, 0);
  pass.end();
  encoder.copyBufferToBuffer(y.buffer, 0, copy.buffer, 0, 12);
  gpu.device.gpu.queue.submit([encoder.finish()]);
  expect(gpu.device.counters.since(before)).toMatchObject({ dispatches: 2, submissions: 0 });
  expect(await floats(copy)).toEqual([2, 4, 6]);
});

test("an optional binding is read where it is given", async () => {
  const { x, y } = await scaled();
  const bias = upload(Float32Array.of(100, 200, 300));
  const program = await Program.compile(gpu.device, [
    { kernel: scale, dims: { n: 3 }, scalars: { gain: 2 }, bindings: { y, bias, x } },
  ]);
  program.run();
  expect(await floats(y)).toEqual([102, 204, 306]);
});

test("specialisations tell what each call became, in order", async () => {
  const { program } = await scaled();
  expect(program.specialisations.map(({ kernel, dims }) => [kernel.name, dims])).toEqual([["scale", { n: 3 }]]);
});

test("dispose frees the uniforms and ends the program; the arrays stay", async () => {
  const { program, call, x } = await scaled();
  const before = gpu.device.counters.snapshot();
  program.dispose();
  program.dispose();
  expect(gpu.device.counters.since(before)).toMatchObject({ liveBuffers: -1 });
  expect(() => program.run()).toThrow(
    new DisposedError({ where: "Program", what: "the program", received: "disposed of" }),
  );
  expect(() => program.uploadScalars()).toThrow(DisposedError);
  expect(await floats(x)).toEqual([1, 2, 3]);
  (await Program.compile(gpu.device, [call])).run();
  await gpu.device.idle();
});

test("a program of no calls does nothing", async () => {
  const program = await Program.compile(gpu.device, []);
  expect(program.dispatches).toBe(0);
  program.run();
  await gpu.device.idle();
});
