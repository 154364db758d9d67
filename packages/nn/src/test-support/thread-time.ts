import type { Device } from "@unroll/kernels";
import type { Learner } from "@unroll/testing";
import type { Tensor } from "..";

interface Measured<Batch> {
  readonly device: Device;
  readonly optimizer: Learner<Tensor>;
  /** Taken in turn. */
  readonly batches: readonly Batch[];
  readonly lossOf: (batch: Batch) => Tensor;
  /** Steps before those that count: until V8 has compiled what they run, and a plan is replayed. Default 800 */
  readonly warmUp?: number;
}

/**
 * Time that a training step takes of the page's thread, from the call to where it gives control back, as a multiple of
 * what `yardstick` takes in the same run. The call of `queue.submit` is left out: the GPU's process wakes up in it, and
 * a software adapter may take over the very core that the page runs on.
 *
 * One machine takes twice the time of another, and of itself an hour later; the multiple stays. Other work on the machine
 * comes as outliers, so that of both the slowest fifth is left out; and a round that takes longer than `expected` is
 * followed by another, three at most.
 */
export async function threadTime<Batch>(measured: Measured<Batch>, expected: number): Promise<number> {
  await timesOf(measured, measured.warmUp ?? 800);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least >= expected; round++) {
    const { steps, yardsticks } = await timesOf(measured, 150);
    least = Math.min(least, meanWithoutSlowest(steps) / meanWithoutSlowest(yardsticks));
  }
  return least;
}

interface Times {
  readonly steps: number[];
  readonly yardsticks: number[];
}

/** In milliseconds, of `count` steps and after each of a yardstick. */
async function timesOf<Batch>(measured: Measured<Batch>, count: number): Promise<Times> {
  const { device, optimizer, batches, lossOf } = measured;
  const { queue } = device.gpu;
  const submit = queue.submit;
  let handingOver = 0;
  queue.submit = (buffers) => {
    handingOver += timeOf(() => submit.call(queue, buffers));
    return undefined;
  };
  const times: Times = { steps: [], yardsticks: [] };
  try {
    for (let step = 0; step < count; step++) {
      const batch = batches[step % batches.length] as Batch;
      handingOver = 0;
      const started = performance.now();
      const loss = lossOf(batch);
      const done = optimizer.minimize(loss);
      times.steps.push(performance.now() - started - handingOver);
      await done;
      loss.dispose();
      await device.idle();
      times.yardsticks.push(timeOf(yardstick));
    }
  } finally {
    queue.submit = submit;
  }
  return times;
}

const RECORDS = Array.from({ length: 60 }, (_, i) => ({
  name: `node ${i}`,
  shape: [i, 2 * i, 3],
  inputs: [
    { id: i, value: i / 7 },
    { id: i + 1, value: null },
  ],
  attributes: { axis: i % 3, scale: "0.5" },
}));

/** Work of V8's own, some 0.15 ms of it: sixty small records to text and back. None of it is a matter of what we write. */
const yardstick = (): unknown => JSON.parse(JSON.stringify(RECORDS));

function timeOf(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** A page's clock ticks in tenths of a millisecond, at times of its own: a mean tells what lies between. */
function meanWithoutSlowest(times: readonly number[]): number {
  const counted = [...times].sort((a, b) => a - b).slice(0, Math.ceil(times.length * 0.8));
  return counted.reduce((sum, time) => sum + time, 0) / counted.length;
}
