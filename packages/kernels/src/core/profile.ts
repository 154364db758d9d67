import { USAGE } from "./buffer-pool";
import type { Device } from "./device";
import type { Program } from "./program";

/** How long one call of a program took. */
export interface CallTime {
  /** The kernel's name. */
  readonly kernel: string;
  /** The median over the repeats; NaN if the GPU's clock ran backwards in each of them. */
  readonly nanoseconds: number;
  /** `gpu`: timestamps around the call. `wall`: from its submission until the device is idle, so the way there counts. */
  readonly clock: "gpu" | "wall";
}

/** Timestamps in one query set (WebGPU allows 4096), two for each call. */
const MOST_QUERIES = 4096;

/**
 * Times each call of a program by itself: with timestamp queries where the device has them, else by the wall clock.
 * It runs the whole program `repeats` times, and what that changes in its arrays stays changed.
 * Browsers may round timestamps to 100 µs, so a short call needs a program that holds it many times.
 * @returns one entry for each call, in order
 * @throws DeviceLostError, DisposedError if the device or the program is gone
 */
export async function profile(
  device: Device,
  program: Program,
  { repeats = 10 }: { repeats?: number } = {},
): Promise<CallTime[]> {
  program.uploadScalars();
  const kernels = program.specialisations.map((spec) => spec.kernel.name);
  const clock = device.features.has("timestamp-query") ? "gpu" : "wall";
  const time = clock === "gpu" ? timeByQueries : timeByWall;
  const samples: number[][] = kernels.map(() => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [call, nanoseconds] of (await time(device, program, kernels.length)).entries()) {
      if (nanoseconds >= 0) samples[call]?.push(nanoseconds); // WebGPU allows timestamps to run backwards
    }
  }
  return kernels.map((kernel, call) => ({ kernel, nanoseconds: median(samples[call] ?? []), clock }));
}

async function timeByQueries(device: Device, program: Program, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let first = 0; first < calls; first += MOST_QUERIES / 2) {
    times.push(...(await timeSome(device, program, first, Math.min(calls, first + MOST_QUERIES / 2))));
  }
  return times;
}

async function timeSome(device: Device, program: Program, first: number, end: number): Promise<number[]> {
  const count = 2 * (end - first);
  const querySet = device.gpu.createQuerySet({ type: "timestamp", count, label: "profile" });
  const buffer = device.pool.acquire(count * 8, "profile", USAGE.queries);
  try {
    device.submit("profile", (encoder) => {
      for (let call = first; call < end; call++) {
        const beginningOfPassWriteIndex = 2 * (call - first);
        const timestampWrites = {
          querySet,
          beginningOfPassWriteIndex,
          endOfPassWriteIndex: beginningOfPassWriteIndex + 1,
        };
        const pass = encoder.beginComputePass({ label: "profile", timestampWrites });
        program.encodeCall(pass, call);
        pass.end();
      }
      encoder.resolveQuerySet(querySet, 0, count, buffer, 0);
    });
    const stamps = new BigUint64Array(await device.read({ buffer, offset: 0, size: count * 8 }));
    return Array.from({ length: end - first }, (_, call) =>
      Number((stamps[2 * call + 1] ?? 0n) - (stamps[2 * call] ?? 0n)),
    );
  } finally {
    querySet.destroy();
    device.pool.release(buffer);
  }
}

async function timeByWall(device: Device, program: Program, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    await device.idle();
    const start = performance.now();
    device.submit("profile", (encoder) => {
      const pass = encoder.beginComputePass({ label: "profile" });
      program.encodeCall(pass, call);
      pass.end();
    });
    await device.idle();
    times.push((performance.now() - start) * 1e6);
  }
  return times;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
