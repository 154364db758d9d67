import { bindingIndex, checkRange, createBindGroup, rangesKey } from "./bind-group";
import { type BufferRange, USAGE } from "./buffer-pool";
import type { AnyKernel, DimValues } from "./define-kernel";
import type { Device } from "./device";
import { DeviceLimitError, DisposedError, ValueError } from "./errors";
import type { Pipeline } from "./pipeline-cache";
import { type Specialisation, specialise } from "./specialise";
import { fillUniform, readWord, scalarWord, uniformBytes, writeWord } from "./uniform-block";
import type { Candidate, VariantFacts } from "./variants";

/** One kernel call over given buffers. */
export interface Call {
  readonly kernel: AnyKernel;
  readonly dims: DimValues;
  readonly options?: object;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly bindings: Readonly<Record<string, BufferRange>>;
}

interface Stage {
  readonly call: Call;
  readonly spec: Specialisation;
  /** Why this kernel does the work. */
  readonly why: string;
  readonly compiled: Pipeline;
  /** Byte offset of its first uniform block. */
  readonly uniformOffset: number;
  /** That of each of its dispatches, as the encoder reads them. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly ranges: BufferRange[];
  readonly groups: Map<string, GPUBindGroup>;
  group: GPUBindGroup;
}

/** A call that several kernels could do, none of which was measured yet. */
export interface Undecided {
  readonly call: Call;
  readonly spec: Specialisation;
  readonly facts: VariantFacts;
  readonly among: readonly Candidate[];
}

/** Bind groups kept for one call; the oldest goes first. */
const MOST_GROUPS = 256;

/**
 * Kernel calls compiled together, to be encoded as often as wanted: after `compile` it creates nothing. All their
 * sizes and scalars lie in one uniform buffer, reached by dynamic offsets, so that the calls of a scan share one bind
 * group and new scalars cost one write.
 */
export class Program {
  readonly #device: Device;
  #body: Body;
  /** Bytes of the uniform that changed since the last upload. */
  #dirtyFrom = 0;
  #dirtyTo: number;
  #disposed = false;

  private constructor(device: Device, body: Body) {
    this.#device = device;
    this.#body = body;
    this.#dirtyTo = body.words.byteLength;
  }

  /**
   * Compiles `calls`, in order. Their shapes, types and limits are checked before any GPU work. Where a kernel has
   * variants, the device's choices say which of them runs.
   * @throws ShapeError, ValueError, DeviceLimitError if a call does not fit its kernel, its buffers or this device
   * @throws ShaderError if a kernel's WGSL is refused
   * @throws OutOfMemoryError if the device had no room for a buffer in use
   * @throws DeviceLostError, DisposedError if the device is gone
   */
  static async compile(device: Device, calls: readonly Call[]): Promise<Program> {
    device.assertAlive("Program.compile");
    return new Program(device, await build(device, calls));
  }

  /** Dispatches that one encoding makes. */
  get dispatches(): number {
    return this.#body.stages.reduce((sum, stage) => sum + stage.spec.repeat, 0);
  }

  /** What each call became, in order. */
  get specialisations(): readonly Specialisation[] {
    return this.#body.stages.map((stage) => stage.spec);
  }

  /** Why each call is done by the kernel that does it. */
  get reasons(): readonly string[] {
    return this.#body.stages.map((stage) => stage.why);
  }

  /** The calls among whose kernels only a measurement can decide. */
  get undecided(): readonly Undecided[] {
    const { choices } = this.#device;
    return this.#body.stages.flatMap(({ call, spec }) => {
      const facts = factsOf(call);
      const among = choices.open(call.kernel, facts);
      return among.length > 0 ? [{ call, spec, facts, among }] : [];
    });
  }

  /**
   * Lets the device's choices decide anew, after something was measured; what they say holds from the next encoding on.
   * No result changes: variants of a kernel give the same bits.
   * @throws DeviceLostError if the device is gone
   */
  async rechoose(): Promise<void> {
    const next = await build(this.#device, this.#body.stages.map(currentCall(this.#body)));
    if (this.#disposed) this.#device.pool.destroy(next.uniform);
    else this.#replace(next);
  }

  /**
   * Changes a scalar of one call from the next encoding on.
   * @throws ValueError if the call or the scalar does not exist
   */
  setScalar(call: number, name: string, value: number): void {
    const { spec, uniformOffset } = this.#stage(call);
    const { type, word } = scalarWord(spec, name);
    for (let step = 0; step < spec.repeat; step++) {
      const at = uniformOffset + step * this.#body.stride + word * 4;
      writeWord(this.#body.words, at, type, value);
      this.#dirtyFrom = Math.min(this.#dirtyFrom, at);
      this.#dirtyTo = Math.max(this.#dirtyTo, at + 4);
    }
  }

  /**
   * Lets one binding of one call point elsewhere from the next encoding on; bind groups once made are kept.
   * @throws ValueError if the call or the binding does not exist, or the range starts where none may
   * @throws ShapeError if the range is too small for the array
   */
  rebind(call: number, name: string, range: BufferRange): void {
    const stage = this.#stage(call);
    const index = bindingIndex(stage.spec, name);
    const old = stage.ranges[index] as BufferRange;
    if (old.buffer === range.buffer && old.offset === range.offset && old.size === range.size) return;
    checkRange(stage.spec, index, range, this.#device.limits);
    stage.ranges[index] = range;
    const key = rangesKey(stage.ranges);
    let group = stage.groups.get(key);
    if (!group) {
      group = createBindGroup(this.#device, stage.spec, stage.compiled, this.#body.uniform, stage.ranges);
      stage.groups.set(key, group);
      const [oldest = key] = stage.groups.keys();
      if (stage.groups.size > MOST_GROUPS) stage.groups.delete(oldest);
    }
    stage.group = group;
  }

  /** Writes changed sizes and scalars to the device. Call it before the encoder that `encode` used is submitted. */
  uploadScalars(): void {
    this.#assertUsable();
    if (this.#dirtyTo <= this.#dirtyFrom) return;
    const { buffer } = this.#body.words;
    const bytes = this.#dirtyTo - this.#dirtyFrom;
    this.#device.upload(
      { buffer: this.#body.uniform, offset: this.#dirtyFrom, size: bytes },
      new Uint8Array(buffer, this.#dirtyFrom, bytes),
    );
    this.#dirtyFrom = this.#body.words.byteLength;
    this.#dirtyTo = 0;
  }

  /** Records all dispatches into a compute pass, which may be of an encoder of the caller's own. */
  encode(pass: GPUComputePassEncoder): void {
    this.#assertUsable();
    for (const stage of this.#body.stages) this.#encodeStage(pass, stage);
  }

  /** Records the dispatches of one call only: for profiles that time each by itself. */
  encodeCall(pass: GPUComputePassEncoder, call: number): void {
    this.#assertUsable();
    this.#encodeStage(pass, this.#stage(call));
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
    if (this.#disposed) return;
    this.#disposed = true;
    this.#device.pool.destroy(this.#body.uniform);
  }

  /** Puts a body compiled meanwhile in place of the present one, with what was set and bound since. */
  #replace(next: Body): void {
    const now = this.#body.stages.map(currentCall(this.#body));
    this.#device.pool.destroy(this.#body.uniform);
    this.#body = next;
    this.#dirtyFrom = 0;
    this.#dirtyTo = next.words.byteLength;
    for (const [index, { scalars = {}, bindings }] of now.entries()) {
      for (const [name, value] of Object.entries(scalars)) this.setScalar(index, name, value);
      for (const [name, range] of Object.entries(bindings)) this.rebind(index, name, range);
    }
  }

  #assertUsable(): void {
    this.#device.assertAlive("Program");
    if (this.#disposed) throw new DisposedError({ where: "Program", what: "the program", received: "disposed of" });
  }

  #stage(call: number): Stage {
    const stage = this.#body.stages[call];
    if (stage) return stage;
    throw new ValueError({
      where: "Program",
      what: "the call",
      expected: `a whole number below ${this.#body.stages.length}`,
      received: `${call}`,
    });
  }

  #encodeStage(pass: GPUComputePassEncoder, { spec, compiled, group, offsets }: Stage): void {
    const [x, y, z] = spec.plan.grid;
    if (x * y * z === 0) return; // nothing to do: an array is empty
    pass.setPipeline(compiled.pipeline);
    for (let step = 0; step < spec.repeat; step++) {
      pass.setBindGroup(0, group, offsets, step, 1);
      pass.dispatchWorkgroups(x, y, z);
    }
    this.#device.counters.dispatches += spec.repeat;
  }
}

/** What a program is made of; tuning replaces it as a whole. */
interface Body {
  readonly stages: readonly Stage[];
  readonly uniform: GPUBuffer;
  readonly words: DataView<ArrayBuffer>;
  readonly stride: number;
}

async function build(device: Device, calls: readonly Call[]): Promise<Body> {
  const prepared = calls.map((call) => prepare(device, call));
  const { words, stride, offsets } = layOutUniform(device, prepared);
  const uniform = device.pool.acquire(words.byteLength, "uniforms", USAGE.uniform);
  try {
    const compiled = await compileAll(
      device,
      prepared.map(({ spec }) => spec),
    );
    const stages = prepared.map(({ call, spec, why, ranges }, index): Stage => {
      const pipeline = compiled[index] as Pipeline;
      const group = createBindGroup(device, spec, pipeline, uniform, ranges);
      const groups = new Map([[rangesKey(ranges), group]]);
      const uniformOffset = offsets[index] as number;
      const steps = Uint32Array.from({ length: spec.repeat }, (_, step) => uniformOffset + step * stride);
      return { call, spec, why, compiled: pipeline, uniformOffset, offsets: steps, ranges, group, groups };
    });
    return { stages, uniform, words, stride };
  } catch (error) {
    device.pool.destroy(uniform);
    throw error;
  }
}

/** A stage's call with the scalars and ranges that it has by now. */
const currentCall =
  ({ words }: Body) =>
  ({ call, spec, ranges, uniformOffset }: Stage): Call => {
    const scalars: Record<string, number> = {};
    for (const name of Object.keys(spec.kernel.scalars ?? {})) {
      const { type, word } = scalarWord(spec, name);
      scalars[name] = readWord(words, uniformOffset + word * 4, type);
    }
    const bindings = Object.fromEntries(spec.bindings.map(({ name }, index) => [name, ranges[index] as BufferRange]));
    return { ...call, scalars, bindings };
  };

function factsOf({ kernel, dims, options, bindings }: Call): VariantFacts {
  const has = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, Object.hasOwn(bindings, name)]));
  return { dims, options: { ...kernel.options, ...options }, has };
}

interface Prepared {
  readonly call: Call;
  readonly spec: Specialisation;
  readonly why: string;
  /** In the order of the specialisation's bindings. */
  readonly ranges: BufferRange[];
}

function prepare({ limits, features, choices }: Device, call: Call): Prepared {
  const { dims, options = {}, bindings } = call;
  const { kernel, why } = choices.find(call.kernel, factsOf(call));
  const spec = specialise(kernel, { dims, options, bindings: Object.keys(bindings) }, limits);
  for (const feature of spec.features) {
    if (features.has(feature)) continue;
    throw new DeviceLimitError({
      where: kernel.name,
      what: "the device",
      expected: `with the feature ${feature}`,
      received: "without it",
      remedy: "Choose another precision or kernel, or a device that has it.",
    });
  }
  const ranges = spec.bindings.map(({ name }, index) => {
    const range = bindings[name] as BufferRange;
    checkRange(spec, index, range, limits, bindings);
    return range;
  });
  return { call, spec, why, ranges };
}

/** The contents of the uniform buffer: a block for every dispatch, each where a dynamic offset may point. */
function layOutUniform(
  { limits: { minUniformBufferOffsetAlignment: alignment } }: Device,
  prepared: readonly Prepared[],
): { words: DataView<ArrayBuffer>; stride: number; offsets: number[] } {
  const widest = prepared.reduce((most, { spec }) => Math.max(most, uniformBytes(spec)), 1);
  const stride = Math.ceil(widest / alignment) * alignment;
  const offsets: number[] = [];
  let blocks = 0;
  for (const { spec } of prepared) {
    offsets.push(blocks * stride);
    blocks += spec.repeat;
  }
  const words = new DataView(new ArrayBuffer(Math.max(1, blocks) * stride));
  for (const [index, { spec, call }] of prepared.entries()) {
    fillUniform(words, spec, { offset: offsets[index] as number, stride }, call.scalars ?? {});
  }
  return { words, stride, offsets };
}

async function compileAll(device: Device, specs: readonly Specialisation[]): Promise<Pipeline[]> {
  try {
    const compiled = await Promise.all(specs.map((spec) => device.pipelines.get(spec)));
    await device.pool.settled();
    device.assertAlive("Program.compile"); // a lost device may pretend to compile
    return compiled;
  } catch (error) {
    device.assertAlive("Program.compile"); // or fail for that reason alone
    throw error;
  }
}
