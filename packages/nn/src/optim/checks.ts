import { ShapeError, ValueError } from "@unroll/kernels";
import { expectDType, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Whether an optimizer can take a loss now, or make an update without one. */
export function expectReady(
  { where, swapped, waiting }: { where: string; swapped: boolean; waiting: number },
  loss: Tensor | null,
): void {
  if (loss) expectLoss(where, loss);
  if (swapped) {
    throw new ValueError({
      where,
      what: "the weights",
      expected: "those that are trained",
      received: "swapped for their average",
      remedy: "Call swapAverage() again first.",
    });
  }
  if (waiting === 0) return;
  throw new ValueError({
    where,
    what: "the optimizer",
    expected: "done with what was accumulated",
    received: `waiting for step(), which will use ${waiting} ${waiting === 1 ? "loss" : "losses"}`,
    remedy: "Call step() first, or accumulate this loss too.",
  });
}

function expectLoss(where: string, loss: Tensor): void {
  expectDType(where, { loss }, "f32");
  if (loss.size === 1) return;
  throw new ShapeError({
    where,
    what: "the loss",
    expected: "of one element",
    received: formatShape(loss.shape),
    remedy: "Reduce it with sum or mean first.",
  });
}

/** What of a loss and what is asked for beside it has to be computed. @throws ValueError if the loss was computed already */
export function rootsOf(where: string, loss: Tensor, evaluate: readonly Tensor[]): Tensor[] {
  const roots = [...new Set([loss, ...evaluate])].filter(
    ({ storage, node }) => !storage && node.kind !== "host" && node.kind !== "device",
  );
  if (roots.includes(loss)) return roots;
  throw new ValueError({
    where,
    what: "the loss",
    expected: "not computed yet",
    received: "evaluated already",
    remedy: `Call ${where.split(".").at(-1)} before asking for the loss: it computes it too.`,
  });
}
