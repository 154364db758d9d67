import type { Device } from "@unroll/kernels";
import type { Pass } from "../report";
import type { Work } from "../roofline/share";

/** Something that can be called again and again. */
export interface Target {
  /** Submits `calls` calls one after another and waits for none. Resolves when all are submitted. */
  submit(calls: number): void | Promise<void>;
  /** Whether its kernels are fixed: else they are chosen by measurement while it is called for the first times. */
  readonly isFixed?: boolean;
}

/** One thing to measure. */
export interface Case {
  readonly name: string;
  readonly shape: string;
  readonly pass: Pass;
  readonly work: Work;
  /** Measured only where a filter names it: it takes minutes on a slow device. */
  readonly onRequest?: boolean;
  /** Makes its arrays, on a device that nothing else uses. @returns null if it is not made for such a device */
  prepare(device: Device): Promise<Target | null>;
}
