import {
  averageParameters,
  blockSquares,
  clipScales,
  gradientNorm,
  sumOfSquares,
  swapParameters,
} from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import type { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import type { UpdateCall } from "./optimizer-options";
import type { Segment } from "./segment";
import type { Kept } from "./state-transfer";
import type { UpdateSettings } from "./update-settings";

/** What an update is made of. */
export interface UpdateParts {
  readonly segments: readonly Segment[];
  readonly loss: Tensor;
  readonly report: Tensor;
  readonly settings: Pick<UpdateSettings, "tables" | "units">;
  readonly slots: Kept;
  /** One for each segment, where an average is kept. */
  readonly average: readonly Tensor[];
  /** Whether the gradient is that of a loss scaled up for half precision. */
  readonly scaled: boolean;
  readonly decoupled: boolean;
  readonly scalars: Readonly<Record<string, Scalar>>;
  readonly rule: (call: UpdateCall) => readonly KernelNode[];
}

/**
 * The calls of an update: the norm of the gradient, in all and of each unit that is clipped apart; then for each segment
 * the rule's own, and the average of the weights. For most rules, without units and average, they are three dispatches
 * where there is one segment, and two more for each further one.
 */
export function updateCalls(parts: UpdateParts): KernelNode[] {
  const { segments, average } = parts;
  const { share } = parts.scalars;
  const clip = clipCalls(parts);
  const updates = segments.flatMap((segment, s) => {
    const calls = ruleCalls(parts, s, clip.at(-1)?.outputs.scales);
    if (!average[s] || !share) return calls;
    const inputs = { parameters: segment.values, average: average[s] };
    return [...calls, effect(averageParameters, inputs, { dims: { n: segment.size }, scalars: { share } })];
  });
  return [...normCalls(parts), ...clip, ...updates];
}

/** Exchanges the weights and their average. */
export function swapCalls(segments: readonly Segment[], average: readonly Tensor[]): KernelNode[] {
  return segments.map(({ values: parameters, size: n }, s) =>
    effect(swapParameters, { parameters, average: average[s] }, { dims: { n } }),
  );
}

/** The norm of the whole gradient: partial sums go on from segment to segment, in order. */
function normCalls({ segments, loss, report, scaled }: UpdateParts): KernelNode[] {
  const calls: KernelNode[] = [];
  for (const { gradients, size: n, first } of segments) {
    const { sums: sumsBefore, firstBad: firstBadBefore } = calls.at(-1)?.outputs ?? {};
    calls.push(effect(sumOfSquares, { gradients, sumsBefore, firstBadBefore }, { dims: { n, first } }));
  }
  const { sums, firstBad } = calls.at(-1)?.outputs ?? {};
  return [...calls, effect(gradientNorm, { sums, firstBad, report, loss }, { dims: {}, options: { scaled } })];
}

/** What the gradient of each unit is multiplied by, if units are clipped apart; their squares go on in the same way. */
function clipCalls({ segments, report, settings: { tables, units } }: UpdateParts): KernelNode[] {
  const U = units.groups.length;
  if (U === 0) return [];
  const calls: KernelNode[] = [];
  for (const [s, { gradients, size: n }] of segments.entries()) {
    const before = calls.at(-1)?.outputs.squares;
    const blocks = effect(blockSquares, { gradients }, { dims: { n } });
    const inputs = { sums: blocks.outputs.sums, units: tables[s]?.units ?? undefined, report, before };
    const outputs = s < segments.length - 1 ? (["squares"] as const) : [];
    calls.push(blocks, effect(clipScales, inputs, { dims: { n, U }, outputs }));
  }
  return calls;
}

/** The rule's own calls for segment `s`. */
function ruleCalls(parts: UpdateParts, s: number, scales: Tensor | undefined): readonly KernelNode[] {
  const { report, decoupled, scalars, settings: all } = parts;
  const segment = parts.segments[s] as Segment;
  const { values: parameters, gradients, size: n } = segment;
  const settings = all.tables[s]?.settings;
  const tensors = { parameters, gradients, report, ...(settings ? { settings } : {}), ...(scales ? { scales } : {}) };
  const slots = Object.fromEntries(Object.entries(parts.slots).map(([name, each]) => [name, each[s] as Tensor]));
  const dims = { n, P: settings ? segment.parameters.length : 0, U: all.units.groups.length };
  return parts.rule({ segment, tensors, slots, dims, options: { decoupled }, scalars });
}
