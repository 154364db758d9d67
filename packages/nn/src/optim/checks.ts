import { ValueError } from "@unroll/kernels";
import { expectLoss } from "../autograd/expect-loss";
import { expectTensors } from "../tensor/kind";
import type { Tensor } from "../tensor/tensor";

/** Whether an optimizer can take a loss now, or make an update without one. */
export function expectReady(
  { where, swapped, waiting }: { where: string; swapped: boolean; waiting: number },
  loss: Tensor | null,
): void {
  if (loss !== null) expectLoss(where, loss);
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

/** What of a loss and what is asked for beside it has to be computed. @throws ValueError if the loss was computed already */
export function rootsOf(where: string, loss: Tensor, evaluate: readonly Tensor[]): Tensor[] {
  expectTensors(where, evaluate, "evaluate");
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
