import type { Device } from "@unroll/kernels";
import type { Run } from "../experiment/experiment";

/** Frees what a run holds on the device. */
export function freeRun(run: Run, device: Device): void {
  run.dispose?.();
  run.optimizer.dispose();
  run.model.dispose();
  device.trim();
}
