import type { Page } from "./site";

/** Buffers of one worker. */
export interface Buffers {
  /** Those that are made and not destroyed. */
  readonly alive: number;
  /** The most of them at a time. */
  readonly most: number;
}

export interface Watch {
  /** Of every worker that was started, those that have ended too. */
  buffers(): Promise<readonly Buffers[]>;
  /** Loses the device of the worker that was started last. */
  lose(): Promise<void>;
}

/** What is put into a page. */
declare const bufferCounts: readonly Buffers[];
/** What is put into a training worker. */
declare let watchedDevice: GPUDevice;

/** Runs in a worker before anything else, and tells the page how many buffers are alive whenever that changes. */
function countBuffers(worker: number): void {
  const channel = new BroadcastChannel("buffers");
  let alive = 0;
  const count = (change: number): void => {
    alive += change;
    channel.postMessage({ worker, alive });
  };
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (...args) {
    Object.assign(globalThis, { watchedDevice: this });
    count(1);
    return createBuffer.apply(this, args);
  };
  const destroyed = new WeakSet<GPUBuffer>();
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    if (!destroyed.has(this)) count(-1);
    destroyed.add(this);
    return destroy.apply(this);
  };
}

/**
 * Watches all training workers of a page, from before its first address. The counts live in the browser's own
 * prototypes: nothing of the app knows of them.
 */
export async function watchWorkers(page: Page): Promise<Watch> {
  await page.evaluateOnNewDocument((countBuffers: string) => {
    const counts: Buffers[] = [];
    Object.assign(globalThis, { bufferCounts: counts });
    new BroadcastChannel("buffers").onmessage = ({ data: { worker, alive } }) => {
      counts[worker] = { alive, most: Math.max(alive, counts[worker]?.most ?? 0) };
    };
    let started = 0;
    globalThis.Worker = class extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        const first = `data:text/javascript,${encodeURIComponent(`(${countBuffers})(${started++})`)}`;
        const source = [first, new URL(address, location.href)].map((module) => `import "${module}";`).join("");
        super(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), options);
      }
    };
  }, countBuffers.toString());
  return {
    buffers: () => page.evaluate(() => bufferCounts),
    async lose() {
      const worker = page.workers().at(-1);
      await worker?.evaluate(() => watchedDevice.destroy());
    },
  };
}
