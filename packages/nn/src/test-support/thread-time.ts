import type { Device } from "@unroll/kernels";
import type { Learner } from "@unroll/testing";
import type { Tensor } from "..";

interface Measured<Batch> {
  readonly device: Device;
  readonly optimizer: Learner<Tensor>;
  /** Taken in turn. */
  readonly batches: readonly Batch[];
  readonly lossOf: (batch: Batch) => Tensor;
}

/**
 * Least time that a training step takes of the page's thread, in milliseconds, from the call to where it gives control
 * back. The call of `queue.submit` is left out: the GPU's process wakes up in it, and a software adapter may take over
 * the very core that the page runs on.
 *
 * Other work on the machine only adds, so of a round it is the mean of the fastest quarter, a page's clock ticking in
 * tenths of a millisecond; and a round that takes longer than `expected` is followed by another, five at most: the
 * machine may have been busy with something else for all of it.
 */
export async function threadTime<Batch>(measured: Measured<Batch>, expected: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5 && least >= expected; round++) least = Math.min(least, await oneRound(measured));
  return least;
}

const WARM_UP = 40;
const STEPS = 120;

async function oneRound<Batch>({ device, optimizer, batches, lossOf }: Measured<Batch>): Promise<number> {
  const { queue } = device.gpu;
  const submit = queue.submit;
  let handingOver = 0;
  queue.submit = (buffers) => {
    const started = performance.now();
    submit.call(queue, buffers);
    handingOver += performance.now() - started;
    return undefined;
  };
  const spent: number[] = [];
  try {
    for (let step = 0; step < WARM_UP + STEPS; step++) {
      const batch = batches[step % batches.length] as Batch;
      handingOver = 0;
      const started = performance.now();
      const loss = lossOf(batch);
      const done = optimizer.minimize(loss);
      if (step >= WARM_UP) spent.push(performance.now() - started - handingOver);
      await done;
      loss.dispose();
      await device.idle();
    }
  } finally {
    queue.submit = submit;
  }
  const fastest = spent.sort((a, b) => a - b).slice(0, STEPS / 4);
  return fastest.reduce((sum, time) => sum + time, 0) / fastest.length;
}
