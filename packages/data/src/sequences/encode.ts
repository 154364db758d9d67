import { expectList, expectOptions, expectWhole, isList, isRecord } from "../checks";
import { EncodingError } from "../errors";

/** Numbers and the shape they are to be read in, row-major: what a tensor is made from. */
export interface ShapedArray<Data> {
  data: Data;
  shape: number[];
}

/** How `oneHot` reads ids that come as a plain array. */
export interface OneHotOptions {
  /** The shape of the ids; `[ids.length]` when absent. Not used when the ids bring their shape with them. */
  shape?: readonly number[];
  /** An id that becomes a row of zeros, such as −1 for padding. */
  empty?: number;
}

/**
 * One-hot encoding: row n of the result is 1 at ids[n] and 0 elsewhere.
 *
 * @param ids integers from 0 to `size` − 1, of any shape [..]; the result of `padSequences` fits
 * @param size the number of classes, the last axis of the result
 * @returns [.., size]
 * @throws EncodingError if an id is out of range or the shape does not hold the ids
 */
export function oneHot(
  ids: ArrayLike<number> | ShapedArray<ArrayLike<number>>,
  size: number,
  options: OneHotOptions = {},
): ShapedArray<Float32Array<ArrayBuffer>> {
  expectOptions(EncodingError, "oneHot", options, ["shape", "empty"]);
  const isShaped = isRecord(ids) && isList(ids.data);
  if (!isShaped) expectList(EncodingError, "oneHot", { ids });
  const { data, shape } = "data" in ids ? ids : { data: ids, shape: options.shape ?? [ids.length] };
  expectWhole(EncodingError, "oneHot", { size });
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (count !== data.length) {
    throw new EncodingError({
      where: "oneHot",
      expected: `${data.length} ids to fill the shape`,
      actual: `[${shape.join(", ")}], which holds ${count}`,
      remedy: "Pass the shape of the ids, without the axis of classes.",
    });
  }
  const encoded = new Float32Array(count * size);
  for (let row = 0; row < count; row++) {
    const id = data[row] ?? Number.NaN;
    if (id === options.empty) continue;
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new EncodingError({
        where: "oneHot",
        expected: `ids to be integers from 0 to ${size - 1}`,
        actual: `${id} at position ${row}`,
        remedy: "Raise size, correct the id, or name it as { empty } if it stands for padding.",
      });
    }
    encoded[row * size + id] = 1;
  }
  return { data: encoded, shape: [...shape, size] };
}
