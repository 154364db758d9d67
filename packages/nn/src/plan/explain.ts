import type { Tensor } from "../tensor/tensor";
import { deviceOf } from "./evaluate";
import { executorOf } from "./executor";
import { type Request, traceRequest } from "./request";

/** One kernel call of a plan. */
export interface PlannedCall {
  readonly kernel: string;
  /** Dispatches it makes. */
  readonly dispatches: number;
  readonly workgroups: readonly number[];
  readonly flops: number;
  readonly bytes: number;
  /** Why this kernel does the work. */
  readonly reason: string;
}

/** What computing a tensor takes. */
export interface Explanation {
  readonly calls: readonly PlannedCall[];
  readonly dispatches: number;
  readonly flops: number;
  readonly bytes: number;
  /** A table of all this to print. */
  toString(): string;
}

/** Plans what it takes to compute a tensor, without running it: each dispatch, which kernel, why, its flops and bytes. */
export function explain(tensor: Tensor): Promise<Explanation> {
  return explainRequest({ roots: [tensor] });
}

/** The same of any request. */
export async function explainRequest(request: Request, forward = traceRequest(request)): Promise<Explanation> {
  const plan = await executorOf(deviceOf(forward)).plan(request, forward);
  const { specialisations, reasons } = plan.program;
  const calls = specialisations.map(({ kernel, dims, options, plan: grid, repeat }, index): PlannedCall => {
    const { flops, bytes } = kernel.cost(dims, options);
    const reason = kernel.name.startsWith("elementwise_")
      ? `${kernel.name.slice("elementwise_".length)} merged into one kernel`
      : (reasons[index] as string);
    return { kernel: kernel.name, dispatches: repeat, workgroups: grid.grid, flops, bytes, reason };
  });
  const total = (of: (call: PlannedCall) => number): number => calls.reduce((sum, call) => sum + of(call), 0);
  const summary = {
    dispatches: total((c) => c.dispatches),
    flops: total((c) => c.flops),
    bytes: total((c) => c.bytes),
  };
  return { calls, ...summary, toString: () => table(calls, summary) };
}

function table(calls: readonly PlannedCall[], total: Pick<Explanation, "dispatches" | "flops" | "bytes">): string {
  const rows = [
    ["kernel", "dispatches", "workgroups", "flops", "bytes", "why"],
    ...calls.map((c) => [
      c.kernel,
      String(c.dispatches),
      c.workgroups.join("x"),
      short(c.flops),
      short(c.bytes),
      c.reason,
    ]),
    ["total", String(total.dispatches), "", short(total.flops), short(total.bytes), ""],
  ];
  const widths = (rows[0] as string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  const isNumber = (column: number): boolean => column > 0 && column < 5;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function short(value: number): string {
  if (value < 1e4) return String(value);
  const unit = value < 1e6 ? (["k", 1e3] as const) : value < 1e9 ? (["M", 1e6] as const) : (["G", 1e9] as const);
  return `${(value / unit[1]).toFixed(1)}${unit[0]}`;
}
