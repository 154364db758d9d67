import { hostValues } from "../graph/node";
import { refuseValue } from "../tensor/kind";
import { expectDType } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/**
 * Looks at indices that are still on the host; index j of a tuple points into `extents[j]`. Those made on the device mean
 * nothing where they are out of range.
 * @throws DTypeError if they are not whole numbers
 * @throws ValueError if one is out of range
 */
export function expectIndices(where: string, indices: Tensor, extents: readonly number[], axis: number): void {
  expectDType(where, { indices }, "i32", "u32");
  const known = hostValues(indices);
  if (!known) return;
  const depth = extents.length;
  for (let at = 0; at < known.length; at++) {
    const [index, extent] = [known[at] as number, extents[at % depth] as number];
    if (index >= -extent && index < extent) continue;
    refuseValue(
      where,
      { [`indices[${at}]`]: index },
      `an index into axis ${axis + (at % depth)}, ${-extent} to ${extent - 1}`,
    );
  }
}
