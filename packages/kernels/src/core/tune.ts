import { type BufferRange, USAGE } from "./buffer-pool";
import type { Device } from "./device";
import { OutOfMemoryError, ShaderError } from "./errors";
import { type Call, Program, type Undecided } from "./program";

/** A sample lasts at least this long, in nanoseconds: browsers round timestamps to 100 µs. */
const SAMPLE_NS = 2e6;
const MOST_REPEATS = 64;
const SAMPLES = 3;
/** A run that takes as long as this, in nanoseconds, tells enough: others wait for the device meanwhile. */
const LONG_NS = 3e7;
/** A candidate whose first run took this many times as long as the best so far is not looked at again. */
const HOPELESS = 4;

/** What each device is being tuned for, so that two measurements never run beside each other. */
const queues = new WeakMap<Device, Promise<void>>();

/**
 * Times the kernels that could run a program's calls, where that was not done before, and lets the fastest run from its
 * next encoding on. Where there is no room for a second set of a call's arrays it stays with what is expected.
 * @throws DeviceLostError, DisposedError if the device is gone
 */
export function tune(device: Device, program: Program): Promise<void> {
  const begin = (): Promise<void> => tuneNow(device, program);
  const done = (queues.get(device) ?? Promise.resolve()).then(begin, begin); // however the one before it ended
  queues.set(device, done);
  return done;
}

async function tuneNow(device: Device, program: Program): Promise<void> {
  const { undecided } = program;
  for (const open of undecided) device.choices.record(open.call.kernel, open.facts, await measure(device, open));
  await program.rechoose();
  if (undecided.length > 0) await device.choices.save(); // last: what was measured holds where it cannot be kept
}

/** The fastest sample of each candidate for a call in nanoseconds, by the kernel's name; none where memory is short. */
async function measure(device: Device, { call, spec, among }: Undecided): Promise<Record<string, number>> {
  const bindings: Record<string, BufferRange> = {};
  const times: Record<string, number> = {};
  try {
    for (const { name, binding, type, words } of spec.bindings) {
      const size = Math.max(16, words * 4);
      const buffer = device.pool.acquire(size, `measure ${name}`);
      bindings[name] = { buffer, offset: 0, size };
      const isWhole = type.endsWith("u") || type === "u32" || type === "i32";
      const own = binding.sample?.(spec.dims, { ...spec.options });
      device.upload(bindings[name], own ? Uint32Array.from(own) : sample(size / 4, isWhole));
    }
    let best = Number.POSITIVE_INFINITY;
    for (const { kernel } of among) {
      const alone = { ...kernel, variants: [] };
      const program = await compile(device, { ...call, kernel: alone, bindings });
      if (!program) continue;
      try {
        await time(device, program, 1); // its first run may pay for more than the work
        const once = await time(device, program, 1);
        const repeats = Math.min(MOST_REPEATS, Math.max(1, Math.ceil(SAMPLE_NS / once)));
        let fastest = once;
        const more = once < LONG_NS && once < HOPELESS * best ? SAMPLES : 0;
        for (let n = 0; n < more; n++) {
          fastest = Math.min(fastest, (await time(device, program, repeats)) / repeats);
        }
        times[kernel.name] = fastest;
        best = Math.min(best, fastest);
      } finally {
        program.dispose();
      }
    }
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
  } finally {
    for (const { buffer } of Object.values(bindings)) device.pool.release(buffer);
  }
  return times;
}

/** The program of one candidate; none where the driver refuses its code, which then is no candidate. */
async function compile(device: Device, call: Call): Promise<Program | null> {
  try {
    return await Program.compile(device, [call]);
  } catch (error) {
    if (error instanceof ShaderError) return null;
    throw error;
  }
}

/** Contents to measure with: small numbers of either sign; counts and ids below 64, which any array has. */
function sample(words: number, isWhole: boolean): Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  if (isWhole) return Uint32Array.from({ length: words }, (_, n) => n & 63);
  return Float32Array.from({ length: words }, (_, n) => ((n * 37) % 101) / 101 - 0.5);
}

/** Nanoseconds of `repeats` runs of a program in one submission: by the GPU's clock where it has one. */
async function time(device: Device, program: Program, repeats: number): Promise<number> {
  program.uploadScalars();
  const encode = (encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites): void => {
    const pass = encoder.beginComputePass({ label: "measure", ...(timestampWrites ? { timestampWrites } : {}) });
    for (let n = 0; n < repeats; n++) program.encode(pass);
    pass.end();
  };
  if (!device.features.has("timestamp-query")) {
    const began = performance.now();
    device.submit("measure", encode);
    await device.idle();
    return (performance.now() - began) * 1e6;
  }
  const querySet = device.gpu.createQuerySet({ type: "timestamp", count: 2, label: "measure" });
  const buffer = device.pool.acquire(16, "measure", USAGE.queries);
  try {
    device.submit("measure", (encoder) => {
      encode(encoder, { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 });
      encoder.resolveQuerySet(querySet, 0, 2, buffer, 0);
    });
    const [from = 0n, to = 0n] = new BigUint64Array(await device.read({ buffer, offset: 0, size: 16 }));
    return Math.max(1, Number(to - from));
  } finally {
    querySet.destroy();
    device.pool.release(buffer);
  }
}
