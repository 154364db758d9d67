import { type BufferRange, type Call, type Device, Program } from "@unroll/kernels";
import { Stopwatch } from "../measure/stopwatch";
import { submitCalls } from "../measure/submit-calls";
import type { Clock, Roofline } from "../report";
import { median } from "../statistics";
import { copyProbe, emptyProbe, fmaProbe } from "./probes";

const REPEATS = 7;
/** Dispatches, and submissions, that are counted together: one alone is shorter than the way to the device. */
const MANY = 500;

/** Measures what a device can do at best. Takes some seconds on a software adapter. */
export async function measureRoofline(device: Device, clock: Clock): Promise<Roofline> {
  const stopwatch = new Stopwatch(device, clock);
  try {
    return {
      gflops: await arithmetic(device, stopwatch),
      gflopsHalf: device.features.has("shader-f16") ? await arithmetic(device, stopwatch, { half: true }) : null,
      gbs: await copying(device, stopwatch),
      ...(await launching(device)),
    };
  } finally {
    stopwatch.dispose();
  }
}

/**
 * The clock to measure by: the device's, where it has timestamps and they agree with the page's clock on work that lasts.
 * Some drivers give none for empty passes, or count in units of their own.
 */
export async function chooseClock(device: Device): Promise<Clock> {
  if (!device.features.has("timestamp-query")) return "wall";
  const stopwatch = new Stopwatch(device, "gpu");
  try {
    return await withProgram(device, fmaCall(device, 64 * 64, 4096), async (program) => {
      const shares: number[] = [];
      for (let repeat = 0; repeat < 5; repeat++) {
        const start = performance.now();
        const ms = await stopwatch.time(() => submitCalls(device, program, 4));
        shares.push(ms / (performance.now() - start));
      }
      const share = median(shares.filter((value) => !Number.isNaN(value)));
      return share > 0.3 && share < 1.05 ? "gpu" : "wall";
    });
  } finally {
    stopwatch.dispose();
  }
}

async function arithmetic(device: Device, stopwatch: Stopwatch, { half = false } = {}): Promise<number> {
  // enough invocations for every unit of a large GPU, and as many rounds as make it last
  const M = device.adapter.isSoftware ? 64 * 64 : 64 * 16384;
  let N = 64;
  let best = 0;
  for (let rate = 0; rate === 0; N *= 4) {
    rate = await withProgram(device, fmaCall(device, M, N, half), async (program) => {
      const ms = await fastest(stopwatch, () => submitCalls(device, program, 1));
      best = Math.max(best, fmaProbe.cost({ M, N }, { half }).flops / ms / 1e6);
      return ms > 10 || N >= 2 ** 20 ? best : 0;
    });
  }
  return best;
}

async function copying(device: Device, stopwatch: Stopwatch): Promise<number> {
  // beyond the caches of any device, within every device's largest binding
  const N = (device.adapter.isSoftware ? 2 ** 25 : 2 ** 27) / 16;
  const x = arrayOf(device, N * 16);
  const y = arrayOf(device, N * 16);
  try {
    const call: Call = { kernel: copyProbe, dims: { N }, bindings: { x, y } };
    const program = await Program.compile(device, [call]);
    try {
      const ms = await fastest(stopwatch, () => submitCalls(device, program, 1));
      return copyProbe.cost({ N }, {}).bytes / ms / 1e6;
    } finally {
      program.dispose();
    }
  } finally {
    for (const { buffer } of [x, y]) device.pool.destroy(buffer);
  }
}

/** Costs that the page's clock alone sees. */
async function launching(device: Device): Promise<Pick<Roofline, "dispatchUs" | "submitUs" | "readbackUs">> {
  const stopwatch = new Stopwatch(device, "wall");
  const x = arrayOf(device, 256);
  const program = await Program.compile(device, [{ kernel: emptyProbe, dims: {}, bindings: { x } }]);
  try {
    const one = await typical(stopwatch, () => submitCalls(device, program, 1));
    const dispatches = await typical(stopwatch, () => submitCalls(device, program, MANY));
    const submissions = await typical(stopwatch, () => {
      for (let n = 0; n < MANY; n++) submitCalls(device, program, 1);
    });
    const readbacks: number[] = [];
    for (let n = 0; n < 21; n++) {
      await device.idle();
      const start = performance.now();
      await device.read({ ...x, size: 4 });
      readbacks.push(performance.now() - start);
    }
    const each = (ms: number): number => Math.max(0, ((ms - one) / (MANY - 1)) * 1e3);
    return { dispatchUs: each(dispatches), submitUs: each(submissions), readbackUs: median(readbacks) * 1e3 };
  } finally {
    program.dispose();
    device.pool.release(x.buffer);
  }
}

function fmaCall(device: Device, M: number, N: number, half = false): { call: Call; free: () => void } {
  const factors = arrayOf(device, 32);
  const sums = arrayOf(device, M * 16);
  // near 1 and near 0: the sums neither overflow nor vanish
  device.upload(factors, Float32Array.of(0.9999, 0.9998, 0.9997, 0.9996, 0.0001, 0.0002, 0.0003, 0.0004));
  return {
    call: { kernel: fmaProbe, dims: { M, N }, options: { half }, bindings: { factors, sums } },
    free: () => {
      for (const { buffer } of [factors, sums]) device.pool.release(buffer);
    },
  };
}

async function withProgram<T>(
  device: Device,
  { call, free }: ReturnType<typeof fmaCall>,
  use: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await Program.compile(device, [call]);
  try {
    return await use(program);
  } finally {
    program.dispose();
    free();
  }
}

function arrayOf(device: Device, size: number): BufferRange {
  return { buffer: device.pool.acquire(size, "probe"), offset: 0, size };
}

/** A limit is what the device reached once: the least of some times. */
async function fastest(stopwatch: Stopwatch, submit: () => void): Promise<number> {
  return Math.min(...(await times(stopwatch, submit)));
}

async function typical(stopwatch: Stopwatch, submit: () => void): Promise<number> {
  return median(await times(stopwatch, submit));
}

async function times(stopwatch: Stopwatch, submit: () => void): Promise<number[]> {
  await stopwatch.time(submit);
  const found: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) found.push(await stopwatch.time(submit));
  return found.filter((ms) => ms > 0);
}
