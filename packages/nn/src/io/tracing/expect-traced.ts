import { refuseValue } from "../../tensor/kind";
import { expectKnown } from "../../tensor/known-options";
import type { TraceOptions } from "./trace";

/**
 * What a model is written with, and what it reads.
 * @param own names of the options that other writers have not
 * @throws ValueError if a name is unknown, or an input no record with a shape
 */
export function expectTraced(where: string, options: Partial<TraceOptions> = {}, own: readonly string[] = []): void {
  expectKnown(where, options, ["inputs", "forward", ...own]);
  for (const [name, input] of Object.entries(Object(options.inputs) as TraceOptions["inputs"])) {
    const what = `inputs.${name}`;
    expectKnown(where, input, ["shape", "dtype"], what);
    if (!Array.isArray(input.shape)) refuseValue(where, { [`${what}.shape`]: input.shape }, "an array of extents");
  }
}
