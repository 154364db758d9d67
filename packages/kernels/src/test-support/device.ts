import { afterAll, beforeAll } from "vitest";
import { type Device, open } from "../core";

/**
 * Opens one device for a test file, with WebGPU's default limits where the run asks for them, and closes it at the
 * end, after checking that it was neither lost nor idle: a run that did nothing on the GPU is a failure.
 */
export function useTestDevice(): { readonly device: Device } {
  const holder: { opened?: Device } = {};
  beforeAll(async () => {
    const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
    holder.opened = await open({ limits, onWarning: () => undefined });
  });
  afterAll(async () => {
    const { opened } = holder;
    if (!opened) throw new Error("The device was never opened.");
    if (!opened.disposed) {
      await opened.idle();
      if (opened.counters.dispatches === 0) throw new Error("No kernel ran on the device.");
      opened.dispose();
    }
  });
  return {
    get device() {
      if (!holder.opened) throw new Error("The device is open within tests only.");
      return holder.opened;
    },
  };
}
