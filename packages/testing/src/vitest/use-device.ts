import { afterAll, beforeAll } from "vitest";

/** What a test file needs of a device, whoever defines it. */
export interface TestDevice {
  readonly disposed: boolean;
  readonly counters: { readonly dispatches: number };
  idle(): Promise<void>;
  dispose(): void;
}

/**
 * Opens one device for a test file, with WebGPU's default limits where the run asks for them, and closes it at the end.
 * A device that was lost, or on which nothing ran, fails the file: a GPU test that did nothing on the GPU is no test.
 */
export function useDevice<D extends TestDevice>(
  open: (limits: "raised" | "default") => Promise<D>,
): { readonly device: D } {
  const holder: { opened?: D } = {};
  beforeAll(async () => {
    holder.opened = await open(import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised");
  });
  afterAll(async () => {
    const { opened } = holder;
    if (!opened) throw new Error("The device was never opened.");
    if (opened.disposed) return;
    await opened.idle();
    if (opened.counters.dispatches === 0) throw new Error("No kernel ran on the device.");
    opened.dispose();
  });
  return {
    get device() {
      if (!holder.opened) throw new Error("The device is open within tests only.");
      return holder.opened;
    },
  };
}
