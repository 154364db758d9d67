import type { BufferRange } from "./buffer-pool";
import type { AnyKernel, DimValues } from "./define-kernel";
import type { Device } from "./device";
import { ShapeError } from "./errors";
import type { Pipeline } from "./pipeline-cache";
import { type Specialisation, specialise } from "./specialise";

/** One kernel call over given buffers. */
export interface Call {
  readonly kernel: AnyKernel;
  readonly dims: DimValues;
  readonly options?: object;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly bindings: Readonly<Record<string, BufferRange>>;
}

interface Stage {
  readonly spec: Specialisation;
  readonly compiled: Pipeline;
  /** Byte offset of its first uniform block. */
  readonly uniformOffset: number;
  readonly ranges: BufferRange[];
  readonly groups: Map<string, GPUBindGroup>;
  group: GPUBindGroup;
}

/**
 * Kernel calls compiled together, to be encoded as often as wanted: after `compile` it creates nothing. All their
 * sizes and scalars lie in one uniform buffer, reached by dynamic offsets, so that the calls of a scan share one bind
 * group and new scalars cost one write.
 */
export class Program {
  readonly #device: Device;
  readonly #stages: Stage[];
  readonly #uniform: GPUBuffer;
  readonly #words: DataView<ArrayBuffer>;
  readonly #stride: number;
  /** Bytes of the uniform that changed since the last upload. */
  #dirtyFrom: number;
  #dirtyTo: number;

  private constructor(device: Device, stages: Stage[], uniform: GPUBuffer, words: DataView<ArrayBuffer>, stride: number) {
    this.#device = device;
    this.#stages = stages;
    this.#uniform = uniform;
    this.#words = words;
    this.#stride = stride;
    this.#dirtyFrom = 0;
    this.#dirtyTo = words.byteLength;
  }

  /** Compiles `calls`, in order. Their shapes, types and limits are checked before any GPU work. */
  static async compile(device: Device, calls: readonly Call[]): Promise<Program> {
    device.assertAlive("Program.compile");
    const specs = calls.map((call) => specialiseCall(device, call));
    const compiled = await Promise.all(specs.map((spec) => device.pipelines.get(spec)));
    const stride = device.limits.minUniformBufferOffsetAlignment;
    const blocks = specs.reduce((sum, spec) => sum + spec.repeat, 0);
    const words = new DataView(new ArrayBuffer(Math.max(1, blocks) * stride));
    const uniform = createUniform(device, words.byteLength);
    let block = 0;
    const stages = specs.map((spec, index): Stage => {
      const call = calls[index] as Call;
      const uniformOffset = block * stride;
      block += spec.repeat;
      const ranges = spec.bindings.map(({ name }) => call.bindings[name] as BufferRange);
      const pipeline = compiled[index] as Pipeline;
      const group = createBindGroup(device, spec, pipeline, uniform, ranges);
      const stage = { spec, compiled: pipeline, uniformOffset, ranges, group, groups: new Map([[rangesKey(ranges), group]]) };
      fillUniform(words, stage, stride, call.scalars ?? {});
      return stage;
    });
    await device.pool.settled();
    device.assertAlive("Program.compile");
    return new Program(device, stages, uniform, words, stride);
  }

  /** Dispatches that one encoding makes. */
  get dispatches(): number {
    return this.#stages.reduce((sum, stage) => sum + stage.spec.repeat, 0);
  }

  /** What each call became, in order. */
  get specialisations(): readonly Specialisation[] {
    return this.#stages.map((stage) => stage.spec);
  }

  /** Changes a scalar of one call from the next encoding on. */
  setScalar(call: number, name: string, value: number): void {
    const stage = this.#stages[call] as Stage;
    const type = stage.spec.kernel.scalars?.[name];
    const word = stage.spec.uniform.get(name);
    if (type === undefined || word === undefined) {
      throw new ShapeError({ where: stage.spec.kernel.name, what: `scalar "${name}"`, expected: "declared", received: "unknown" });
    }
    for (let step = 0; step < stage.spec.repeat; step++) {
      const at = stage.uniformOffset + step * this.#stride + word * 4;
      writeWord(this.#words, at, type, value);
      this.#dirtyFrom = Math.min(this.#dirtyFrom, at);
      this.#dirtyTo = Math.max(this.#dirtyTo, at + 4);
    }
  }

  /** Lets one binding of one call point elsewhere from the next encoding on; bind groups once made are kept. */
  rebind(call: number, name: string, range: BufferRange): void {
    const stage = this.#stages[call] as Stage;
    const index = stage.spec.bindings.findIndex((binding) => binding.name === name);
    const old = stage.ranges[index];
    if (old && old.buffer === range.buffer && old.offset === range.offset) return;
    stage.ranges[index] = range;
    const key = rangesKey(stage.ranges);
    let group = stage.groups.get(key);
    if (!group) {
      group = createBindGroup(this.#device, stage.spec, stage.compiled, this.#uniform, stage.ranges);
      stage.groups.set(key, group);
    }
    stage.group = group;
  }

  /** Writes changed sizes and scalars to the device. Call it before the encoder that `encode` used is submitted. */
  uploadScalars(): void {
    if (this.#dirtyTo <= this.#dirtyFrom) return;
    const { buffer } = this.#words;
    const bytes = this.#dirtyTo - this.#dirtyFrom;
    this.#device.upload(
      { buffer: this.#uniform, offset: this.#dirtyFrom, size: bytes },
      new Uint8Array(buffer, this.#dirtyFrom, bytes),
    );
    this.#dirtyFrom = this.#words.byteLength;
    this.#dirtyTo = 0;
  }

  /** Records all dispatches into a compute pass, which may be of an encoder of the caller's own. */
  encode(pass: GPUComputePassEncoder): void {
    for (const stage of this.#stages) this.#encodeStage(pass, stage);
  }

  /** Records the dispatches of one call only: for profiles that time each by itself. */
  encodeCall(pass: GPUComputePassEncoder, call: number): void {
    this.#encodeStage(pass, this.#stages[call] as Stage);
  }

  /** Uploads scalars, encodes, and submits. */
  run(label = "program"): void {
    this.uploadScalars();
    this.#device.submit(label, (encoder) => {
      const pass = encoder.beginComputePass({ label });
      this.encode(pass);
      pass.end();
    });
  }

  /** Frees the uniform buffer. The arrays belong to the caller. */
  dispose(): void {
    this.#device.pool.destroy(this.#uniform);
  }

  #encodeStage(pass: GPUComputePassEncoder, { spec, compiled, group, uniformOffset }: Stage): void {
    const [x, y, z] = spec.plan.grid;
    pass.setPipeline(compiled.pipeline);
    for (let step = 0; step < spec.repeat; step++) {
      pass.setBindGroup(0, group, [uniformOffset + step * this.#stride]);
      pass.dispatchWorkgroups(x, y, z);
    }
    this.#device.counters.dispatches += spec.repeat;
  }
}

function specialiseCall(device: Device, call: Call): Specialisation {
  const names = Object.keys(call.bindings);
  const facts = { dims: call.dims, bindings: names, ...(call.options ? { options: call.options } : {}) };
  const spec = specialise(call.kernel, facts, device.limits);
  for (const { name, words } of spec.bindings) {
    const range = call.bindings[name] as BufferRange;
    if (range.size < words * 4) {
      throw new ShapeError({
        where: spec.kernel.name,
        what: `the array "${name}"`,
        expected: `at least ${words * 4} bytes`,
        received: `${range.size} bytes`,
      });
    }
  }
  return spec;
}

function createUniform({ gpu, counters }: Device, size: number): GPUBuffer {
  counters.buffers++;
  counters.liveBuffers++;
  counters.liveBytes += size;
  return gpu.createBuffer({ size, usage: 0x40 | 0x8, label: "uniforms" }); // UNIFORM | COPY_DST
}

function createBindGroup(
  { gpu, counters, limits }: Device,
  spec: Specialisation,
  { layout }: Pipeline,
  uniform: GPUBuffer,
  ranges: readonly BufferRange[],
): GPUBindGroup {
  counters.bindGroups++;
  const block = Math.min(limits.minUniformBufferOffsetAlignment, Math.max(16, Math.ceil((spec.uniform.size * 4) / 16) * 16));
  return gpu.createBindGroup({
    label: spec.kernel.name,
    layout,
    entries: [
      { binding: 0, resource: { buffer: uniform, size: block } },
      ...ranges.map(({ buffer, offset, size }, index) => ({ binding: index + 1, resource: { buffer, offset, size } })),
    ],
  });
}

const ids = new WeakMap<GPUBuffer, number>();
let nextId = 0;

function rangesKey(ranges: readonly BufferRange[]): string {
  return ranges
    .map(({ buffer, offset }) => {
      let id = ids.get(buffer);
      if (id === undefined) ids.set(buffer, (id = nextId++));
      return `${id}+${offset}`;
    })
    .join(" ");
}

function fillUniform(
  words: DataView,
  { spec, uniformOffset }: Pick<Stage, "spec" | "uniformOffset">,
  stride: number,
  scalars: Readonly<Record<string, number>>,
): void {
  for (let step = 0; step < spec.repeat; step++) {
    const start = uniformOffset + step * stride;
    for (const [name, word] of spec.uniform) {
      const type = spec.kernel.scalars?.[name];
      const value = type ? (scalars[name] ?? 0) : name === "step" ? step : (spec.dims[name] ?? 0);
      writeWord(words, start + word * 4, type ?? "u32", value);
    }
  }
}

function writeWord(words: DataView, at: number, type: "f32" | "i32" | "u32", value: number): void {
  if (type === "f32") words.setFloat32(at, value, true);
  else if (type === "i32") words.setInt32(at, value, true);
  else words.setUint32(at, value, true);
}
