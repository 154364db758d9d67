import { averageParameters, blockSquares, clipScales, gradientNorm, sumOfSquares } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import type { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import type { FlatParameters } from "./flat-parameters";
import type { UpdateCall } from "./optimizer-options";
import type { SettingsTable } from "./settings-table";

/** What an update is made of. */
export interface UpdateParts {
  readonly flat: FlatParameters;
  readonly loss: Tensor;
  readonly report: Tensor;
  readonly table: SettingsTable | null;
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly average: Tensor | null;
  /** Whether the gradient is that of a loss scaled up for half precision. */
  readonly scaled: boolean;
  readonly decoupled: boolean;
  readonly scalars: Readonly<Record<string, Scalar>>;
  readonly rule: (call: UpdateCall) => readonly KernelNode[];
}

/**
 * The calls of an update: the norm of the gradient, in all and of each unit that is clipped apart; the rule's own; the
 * average of the weights. For most rules, without the latter two, they are three dispatches.
 */
export function updateCalls(parts: UpdateParts): KernelNode[] {
  const { flat, loss, report, table, slots, average, scaled, decoupled, scalars, rule } = parts;
  const { values: parameters, gradients, size: n } = flat;
  const partial = effect(sumOfSquares, { gradients }, { dims: { n } });
  const { sums, firstBad } = partial.outputs;
  const norm = effect(gradientNorm, { sums, firstBad, report, loss }, { dims: {}, options: { scaled } });
  const calls = [partial, norm];
  let scales: Tensor | undefined;
  if (table?.units) {
    const blocks = effect(blockSquares, { gradients }, { dims: { n } });
    const inputs = { sums: blocks.outputs.sums, units: table.units, report };
    const clip = effect(clipScales, inputs, { dims: { n, U: table.clippingUnits } });
    scales = clip.outputs.scales;
    calls.push(blocks, clip);
  }
  const tensors = {
    parameters,
    gradients,
    report,
    ...(table ? { settings: table.settings } : {}),
    ...(scales ? { scales } : {}),
  };
  const dims = { n, P: table ? flat.parameters.length : 0, U: table?.clippingUnits ?? 0 };
  calls.push(...rule({ tensors, slots, dims, options: { decoupled }, scalars }));
  const { share } = scalars;
  if (average && share) {
    calls.push(effect(averageParameters, { parameters, average }, { dims: { n }, scalars: { share } }));
  }
  return calls;
}
