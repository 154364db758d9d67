import { type Device, type OpenOptions, open } from "@unroll/kernels";
import type { Clock, Roofline, Row } from "../report";
import { rooflineShare } from "../roofline/share";
import { median, middleMean, quantile } from "../statistics";
import { Stopwatch } from "./stopwatch";
import type { Case, Target } from "./target";
import { madeNothing, warmUp } from "./warm-up";

export interface Effort {
  /** Samples wanted of each row. */
  readonly samples: number;
  /** Milliseconds after which no more samples of a row are begun. */
  readonly budgetMs: number;
  /** Milliseconds that a sample lasts at least, through calls one after another: a clock has its grain. */
  readonly sampleMs: number;
}

export interface MeasureOptions extends Effort {
  readonly open: OpenOptions;
  readonly clock: Clock;
  readonly roofline: Roofline;
}

/** Samples taken however long they last: a median of less is none. */
const LEAST_SAMPLES = 3;
/** Calls that may be counted until one makes nothing: a choice between kernels that is measured behind it makes much. */
const COUNTED_CALLS = 3;

/**
 * Measures one case on a device of its own, so that memory and compiled code of other cases play no part.
 * @returns null if the case is not made for such a device
 */
export async function measureCase(one: Case, options: MeasureOptions): Promise<Row | null> {
  const device = await open({ ...options.open, onWarning: () => undefined }); // the report says that it is software
  try {
    return await measureOn(device, one, options);
  } finally {
    device.dispose();
  }
}

async function measureOn(device: Device, one: Case, options: MeasureOptions): Promise<Row | null> {
  const began = performance.now();
  const target = await one.prepare(device);
  if (!target) return null;
  await target.submit(1);
  await device.idle();
  const firstMs = performance.now() - began;
  const stopwatch = new Stopwatch(device, options.clock);
  try {
    const callMs = await warmUp(device, target, stopwatch);
    const counts = await countOf(device, target);
    const calls = Math.max(1, Math.ceil(options.sampleMs / callMs));
    const { samples, jsMs } = await sample(target, stopwatch, calls, options);
    const ms = median(samples);
    return {
      name: one.name,
      shape: one.shape,
      pass: one.pass,
      ms,
      spread: [quantile(samples, 0.1), quantile(samples, 0.9)],
      n: samples.length,
      clock: options.clock,
      gflops: one.work.flops / ms / 1e6,
      gbs: one.work.bytes / ms / 1e6,
      roofline: rooflineShare(one.work, ms, options.roofline),
      ...counts,
      jsMs,
      firstMs,
      samples,
    };
  } finally {
    stopwatch.dispose();
  }
}

async function countOf(
  device: Device,
  target: Target,
): Promise<Pick<Row, "dispatches" | "submits" | "buffers" | "bindGroups" | "deviceBytes">> {
  let counted = device.counters.snapshot();
  for (let call = 0; call < COUNTED_CALLS; call++) {
    const before = device.counters.snapshot();
    await target.submit(1);
    await device.idle();
    counted = device.counters.since(before);
    if (madeNothing(counted)) break;
  }
  const { dispatches, submissions, buffers, bindGroups } = counted;
  return { dispatches, submits: submissions, buffers, bindGroups, deviceBytes: device.counters.liveBytes };
}

async function sample(
  target: Target,
  stopwatch: Stopwatch,
  calls: number,
  { samples: wanted, budgetMs }: Effort,
): Promise<{ samples: number[]; jsMs: number }> {
  const samples: number[] = [];
  const js: number[] = [];
  const began = performance.now();
  const isEnough = (tries: number): boolean =>
    tries >= wanted || (tries >= LEAST_SAMPLES && performance.now() - began >= budgetMs);
  for (let tries = 0; !isEnough(tries); tries++) {
    let spent = 0;
    const ms = await stopwatch.time(() => {
      const start = performance.now();
      const submitted = target.submit(calls);
      spent = performance.now() - start;
      return submitted;
    });
    if (Number.isNaN(ms)) continue; // the device's clock ran backwards
    samples.push(ms / calls);
    js.push(spent / calls);
  }
  return { samples, jsMs: middleMean(js) };
}
