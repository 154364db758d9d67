import { expectOptions, expectWhole } from "../checks";
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

/** How long the rows of `padSequences` become and what fills them. */
export interface PadOptions {
  /** T. The longest sequence when absent. */
  length?: number;
  /** Rounds T up to a multiple of this, so that shapes repeat from batch to batch; 1 when absent. */
  multiple?: number;
  /** What stands behind the end of a sequence; 0 when absent. */
  value?: number;
}

/** Sequences of different lengths in one array. */
export interface PaddedSequences extends ShapedArray<Int32Array<ArrayBuffer>> {
  /** [B], the length of each sequence before padding, in steps. */
  lengths: Uint32Array<ArrayBuffer>;
}

/**
 * Puts B sequences of ids into one array, each padded behind its end.
 *
 * @returns data [B, T] and the true lengths [B]
 * @throws EncodingError if there is no sequence, one is empty or longer than `length`, or an id is no 32-bit integer
 */
export function padSequences(sequences: readonly ArrayLike<number>[], options: PadOptions = {}): PaddedSequences {
  const where = "padSequences";
  expectOptions(EncodingError, where, options, ["length", "multiple", "value"]);
  const { length, multiple = 1, value = 0 } = options;
  if (sequences.length === 0) {
    throw new EncodingError({
      where,
      expected: "at least one sequence",
      actual: "an empty batch",
      remedy: "Leave out empty batches.",
    });
  }
  expectWhole(EncodingError, where, { ...(length === undefined ? {} : { length }), multiple });
  expectWhole(EncodingError, where, { value }, { least: -(2 ** 31), most: 2 ** 31 - 1 });
  const longest = sequences.reduce((most, sequence) => Math.max(most, sequence.length), 0);
  const steps = Math.ceil((length ?? longest) / multiple) * multiple;
  const data = new Int32Array(sequences.length * steps).fill(value);
  const lengths = new Uint32Array(sequences.length);
  for (const [row, sequence] of sequences.entries()) {
    if (!(sequence.length > 0 && sequence.length <= steps)) {
      throw new EncodingError({
        where,
        expected: steps > 0 ? `every sequence to have 1 to ${steps} steps` : "every sequence to have a step",
        actual: `${sequence.length} in row ${row}`,
        remedy:
          sequence.length === 0
            ? "Leave the sequence out: it gives the model nothing to read."
            : "Raise length, or cut the sequence where the task allows it.",
      });
    }
    data.set(sequence, row * steps);
    lengths[row] = sequence.length;
    expectIntegers(sequence, row, data.subarray(row * steps, row * steps + sequence.length));
  }
  return { data, shape: [sequences.length, steps], lengths };
}

/** What was stored differs from what came if it was a fraction, NaN or too large. */
function expectIntegers(sequence: ArrayLike<number>, row: number, stored: Int32Array): void {
  const at = stored.findIndex((id, position) => id !== sequence[position]);
  if (at < 0) return;
  throw new EncodingError({
    where: "padSequences",
    expected: "ids to be 32-bit integers",
    actual: `${sequence[at]} at position ${at} of row ${row}`,
    remedy: "Encode the sequence with a vocabulary first.",
  });
}
