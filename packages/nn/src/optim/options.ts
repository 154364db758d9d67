import { ValueError } from "@unroll/kernels";
import type { OptimizerOptions } from "./optimizer";

/** The options of a rule, which plain JavaScript lets one leave out. @throws ValueError if they have no learning rate */
export function expectOptions<O extends OptimizerOptions>(where: string, options: O | undefined): O {
  if (options?.lr !== undefined) return options;
  throw new ValueError({
    where,
    what: "options.lr",
    expected: "a finite number, at least 0",
    received: "missing",
    remedy: `Pass a learning rate: new ${where}(parameters, { lr: 0.001 }).`,
  });
}
