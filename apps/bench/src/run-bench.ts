import { adapterName, type Device, type OpenOptions, open } from "@unroll/kernels";
import { type Selection, selectCases } from "./cases";
import { deviceLabel } from "./label";
import { type Effort, measureCase } from "./measure/measure-case";
import type { Failure, Report, Roofline, Row } from "./report";
import { chooseClock, measureRoofline } from "./roofline/measure-roofline";
import { bestOf, rooflineShare } from "./roofline/share";

export interface BenchOptions extends Selection {
  /** How devices are opened. */
  readonly open?: OpenOptions;
  /** "Chrome 140.0" or "Node 22.1". */
  readonly runtime: string;
  /** Milliseconds for the samples of one row. */
  readonly budgetMs?: number | undefined;
  readonly samples?: number | undefined;
  onStart?(head: Omit<Report, "rows" | "failures">, total: number): void | Promise<void>;
  onRow?(row: Row): void | Promise<void>;
  onFailure?(failure: Failure): void | Promise<void>;
  /** Called before each row; true ends the run there. */
  isStopped?(): boolean;
}

/** Measures the roofline, then every case of the selection, one after another. */
export async function runBench(options: BenchOptions): Promise<Report> {
  const { open: opening = {}, quick = false, onStart, onRow, onFailure, isStopped = () => false } = options;
  const cases = await selectCases(options);
  const began = performance.now();
  const head = await measureHead(opening, options.runtime);
  await onStart?.(head, cases.length);
  const effort: Effort = {
    samples: options.samples ?? (quick ? 10 : 30),
    budgetMs: options.budgetMs ?? (quick ? 1000 : 10_000),
    sampleMs: head.clock === "gpu" ? 5 : 10, // browsers round timestamps to 100 µs unless told not to
  };
  const rows: Row[] = [];
  const failures: Failure[] = [];
  for (const one of cases) {
    if (isStopped()) break;
    const { name, shape, pass } = one;
    try {
      const row = await measureCase(one, { ...effort, open: opening, clock: head.clock, roofline: head.roofline });
      if (!row) continue;
      rows.push(row);
      await onRow?.(row);
    } catch (error) {
      // One row that a device cannot run is told; the others are still worth having.
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const failure = { name, shape, pass, message };
      failures.push(failure);
      await onFailure?.(failure);
    }
  }
  if (performance.now() - began < LASTING_MS) return { ...head, rows, failures };
  // Other work on the machine can only hide what it can do, so the better of two measurements stands.
  const later = await withDevice(opening, (device) => measureRoofline(device, head.clock));
  const roofline = bestOf(head.roofline, later);
  return { ...head, roofline, rows: rows.map((row) => ({ ...row, roofline: shareOf(row, roofline) })), failures };
}

/** A run as long as this measures what the device can do once more, at its end. */
const LASTING_MS = 30_000;

async function measureHead(opening: OpenOptions, runtime: string): Promise<Omit<Report, "rows" | "failures">> {
  return withDevice(opening, async (device) => {
    const clock = await chooseClock(device);
    const roofline = await measureRoofline(device, clock);
    const software = device.adapter.isSoftware;
    const label = deviceLabel({ device: adapterName(device.adapter), software });
    return { device: label, software, date: new Date().toISOString(), runtime, clock, roofline };
  });
}

async function withDevice<T>(opening: OpenOptions, use: (device: Device) => Promise<T>): Promise<T> {
  const device = await open({ ...opening, onWarning: () => undefined });
  try {
    return await use(device);
  } finally {
    device.dispose();
  }
}

function shareOf({ gflops, gbs, ms }: Row, roofline: Roofline): number {
  return rooflineShare({ flops: gflops * ms * 1e6, bytes: gbs * ms * 1e6 }, ms, roofline);
}
