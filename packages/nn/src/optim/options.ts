import { ValueError } from "@unroll/kernels";
import { expectAtLeast } from "../ops/options";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import type { OptimizerOptions } from "./optimizer-options";

/** Options that every optimizer has. */
const COMMON = ["lr", "weightDecay", "decay", "clipNorm", "clipScope", "clipValue", "average"];

/**
 * The options of a rule, which plain JavaScript lets one leave out or misspell.
 * @param own the names of the rule's own options
 * @throws ValueError if they have no learning rate, or one that the optimizer does not know
 */
export function expectOptions<O extends OptimizerOptions>(
  where: string,
  options: O | undefined,
  own: readonly string[],
): O {
  if (options?.lr === undefined) {
    throw new ValueError({
      where,
      what: "options.lr",
      expected: "a finite number, at least 0",
      received: "missing",
      remedy: `Pass a learning rate: new ${where}(parameters, { lr: 0.001 }).`,
    });
  }
  expectKnown(where, options, [...COMMON, ...own]);
  return options;
}

/** Decays of running means. @throws ValueError unless each is at least 0 and less than 1 */
export function expectDecays(where: string, named: Readonly<Record<string, number>>): void {
  expectAtLeast(where, named);
  for (const [what, value] of Object.entries(named)) {
    if (value >= 1) refuseValue(where, { [what]: value }, "less than 1");
  }
}
