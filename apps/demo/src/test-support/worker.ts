import type { Page } from "./site";

/** What `watchDevice` leaves in the worker. */
interface Watched {
  watchedDevice?: GPUDevice;
  watchedBuffers?: number;
}

/**
 * Counts in the training worker, from now on, the buffers that are made less those that are destroyed, and remembers the
 * device that makes them. The count lives in the browser's own prototypes: nothing of the app knows of it.
 */
export async function watchDevice(page: Page): Promise<{ buffers(): Promise<number>; lose(): Promise<void> }> {
  const [worker] = page.workers();
  if (!worker) throw new Error("The page should have started its worker.");
  await worker.evaluate(() => {
    const scope = globalThis as Watched;
    scope.watchedBuffers = 0;
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (...args) {
      scope.watchedDevice = this;
      scope.watchedBuffers = (scope.watchedBuffers ?? 0) + 1;
      return createBuffer.apply(this, args);
    };
    const destroyed = new WeakSet<GPUBuffer>();
    const { destroy } = GPUBuffer.prototype;
    GPUBuffer.prototype.destroy = function () {
      if (!destroyed.has(this)) scope.watchedBuffers = (scope.watchedBuffers ?? 0) - 1;
      destroyed.add(this);
      return destroy.apply(this);
    };
  });
  return {
    buffers: () => worker.evaluate(() => (globalThis as Watched).watchedBuffers ?? Number.NaN),
    lose: () => worker.evaluate(() => (globalThis as Watched).watchedDevice?.destroy()),
  };
}
