import { type CounterValues, type Device, Program, tune } from "@unroll/kernels";
import { emptyProbe } from "../roofline/probes";
import { median } from "../statistics";
import type { Stopwatch } from "./stopwatch";
import type { Target } from "./target";

/**
 * Calls after which a plan has its kernels chosen by measurement: it waits for ten runs. A case whose calls take long is
 * not called so often, and runs the kernels that are expected to be the fastest.
 */
const CHOOSING = { calls: 12, mostMs: 20_000 };
/** Then it is called until it makes nothing new, several times in a row, and its JavaScript is compiled. */
const STEADY = { calls: 3, mostCalls: 30, ms: 300, mostMs: 5000 };

/** Calls a target until its kernels are chosen and it makes nothing new any more. @returns milliseconds of a call */
export async function warmUp(device: Device, target: Target, stopwatch: Stopwatch): Promise<number> {
  if (!target.isFixed) await choose(device, target);
  return steady(device, target, stopwatch);
}

async function choose(device: Device, target: Target): Promise<void> {
  const began = performance.now();
  for (let call = 0; call < CHOOSING.calls && performance.now() - began < CHOOSING.mostMs; call++) {
    await target.submit(1);
    await device.idle();
  }
  await chosen(device);
  device.trim(); // what measuring the candidates took is not this case's
}

async function steady(device: Device, target: Target, stopwatch: Stopwatch): Promise<number> {
  const times: number[] = [];
  const began = performance.now();
  let inARow = 0;
  while (times.length < STEADY.mostCalls) {
    const before = device.counters.snapshot();
    times.push(await stopwatch.time(() => target.submit(1)));
    inARow = madeNothing(device.counters.since(before)) ? inARow + 1 : 0;
    const spent = performance.now() - began;
    if ((inARow >= STEADY.calls && spent > STEADY.ms) || (inARow > 0 && spent > STEADY.mostMs)) break;
  }
  return median(times.slice(-3).filter((ms) => ms > 0));
}

export function madeNothing({ buffers, bindGroups, pipelines }: CounterValues): boolean {
  return buffers + bindGroups + pipelines === 0;
}

/** When all choices that plans have begun to measure in the background are made: a device measures one after another. */
async function chosen(device: Device): Promise<void> {
  const x = { buffer: device.pool.acquire(256, "warm-up"), offset: 0, size: 256 };
  const last = await Program.compile(device, [{ kernel: emptyProbe, dims: {}, bindings: { x } }]);
  await tune(device, last);
  last.dispose();
  device.pool.release(x.buffer);
}
