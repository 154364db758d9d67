import { BenchError } from "../errors";
import type { Start } from "../protocol";
import type { Report } from "../report";
import { runBench } from "../run-bench";
import type { Progress } from "./progress";

/** The npm package `webgpu` is not there, or not for this machine. */
export class NoNodeWebGPUError extends BenchError {
  override readonly name = "NoNodeWebGPUError";
}

/**
 * Measures in this process, through the npm package `webgpu` (Dawn).
 * @throws NoNodeWebGPUError if it cannot be loaded
 * @throws WebGPUUnavailableError if it offers no adapter
 */
export async function runInNode(
  { filter, quick, budgetMs, limits, choices }: Start,
  progress: Progress,
): Promise<Report> {
  return runBench({
    filter: filter ?? undefined,
    quick,
    budgetMs: budgetMs ?? undefined,
    open: { gpu: await loadGPU(), limits, choices: { policy: choices } },
    runtime: `Node ${process.versions.node}`,
    onStart: (head, total) => progress.start(head, total),
    onRow: (row) => progress.row(row),
    onFailure: (failure) => progress.failure(failure),
  });
}

/** @param load imports the package; a parameter so that its absence can be tested */
export async function loadGPU(
  load: () => Promise<{ create(options: string[]): GPU }> = () => import("webgpu"),
): Promise<GPU> {
  try {
    const { create } = await load();
    return create(["disable-dawn-features=timestamp_quantization"]); // by default timestamps step by 100 µs
  } catch (cause) {
    throw new NoNodeWebGPUError(
      `--runtime node needs the npm package webgpu, which could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}\n` +
        "It has binaries for Linux, macOS and Windows on x64 and arm64. Run pnpm install, or measure with --runtime chrome.",
      { cause },
    );
  }
}
