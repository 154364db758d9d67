import { guarded } from "./label";

/** What is measured: a layer or kernel run forward, forward and backward, or with an update of the weights too. */
export type Pass = "forward" | "backward" | "step";

/** Which clock: timestamps of the device around the work, or the page's clock from submission to the end of the work. */
export type Clock = "gpu" | "wall";

/** One measurement. All counts are of one call. */
export type Row = {
  /** Kernel, layer or model: "matmul", "lstm", "char-step-1". */
  name: string;
  /** "B16 T64 I128 H128" */
  shape: string;
  pass: Pass;
  /** Median milliseconds of a call. */
  ms: number;
  /** The 10th and 90th percentile of the samples. */
  spread: [p10: number, p90: number];
  /** Samples taken, each of one or more calls. Fewer than 30 where the row's time ran out. */
  n: number;
  clock: Clock;
  /** Billions of operations a second, as the row counts them. */
  gflops: number;
  /** Billions of bytes a second, of the least traffic that the work needs. */
  gbs: number;
  /** Share of what the device could do, by its peak rate or its copy bandwidth, whichever binds; 1 is all of it. */
  roofline: number;
  dispatches: number;
  submits: number;
  /** GPU buffers created. */
  buffers: number;
  bindGroups: number;
  /** Milliseconds of the page's thread. */
  jsMs: number;
  /** Milliseconds from nothing to the first result, compiling included. */
  firstMs: number;
  /** Device memory in use for it, the pool's spare buffers included. */
  deviceBytes: number;
  /** Milliseconds of each sample, in the order taken. */
  samples: number[];
};

/** What the device can do, measured by small kernels in the same run. */
export type Roofline = {
  /** Multiply and add in registers, f32. */
  gflops: number;
  /** The same in half precision; null where the device has none. */
  gflopsHalf: number | null;
  /** A copy of vec4f, bytes read and written. */
  gbs: number;
  /** Microseconds of one more dispatch in a pass. */
  dispatchUs: number;
  /** Microseconds of one more submission of one dispatch. */
  submitUs: number;
  /** Microseconds to read four bytes back from an idle device. */
  readbackUs: number;
};

/** A row that could not be measured. */
export type Failure = { name: string; shape: string; pass: Pass; message: string };

/** A whole run. `device` is how it must be called wherever one of its numbers is shown. */
export type Report = {
  device: string;
  /** Whether no GPU did the work. */
  software: boolean;
  /** ISO 8601. */
  date: string;
  /** "Chrome 140.0" or "Node 22.1". */
  runtime: string;
  /** The clock of the rows. */
  clock: Clock;
  roofline: Roofline;
  rows: Row[];
  failures: Failure[];
};

/** A run as one line of JSON; figures have five digits, more than any clock. */
export function toJson(report: Report): string {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  return guarded(report, JSON.stringify(report, short));
}

/** What identifies a row in another report. */
export function rowKey({ name, shape, pass }: Pick<Row, "name" | "shape" | "pass">): string {
  return `${name} ${shape} ${pass}`;
}
