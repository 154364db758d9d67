import { quoted } from "../quoted";
import type { HeaderScanner } from "./header-scanner";
import { FILE_DTYPES, type FileDType, isFileDType } from "./safetensors-dtype";
import { LIMIT_REMEDY, type SafetensorsLimits, TRUNCATED } from "./safetensors-limits";

/** One tensor as the header describes it: `begin` and `end` count from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  /** The byte of the file where the header states the offsets. */
  readonly statedAt: number;
}

/**
 * Reads `{"dtype": …, "shape": …, "data_offsets": …}`, its fields in any order, each once, and checks that they agree.
 * How the tensor lies among the others is not known yet.
 */
export function readEntry(
  scanner: HeaderScanner,
  name: string,
  dataStart: number,
  limits: SafetensorsLimits,
): TensorEntry {
  const tensor = `tensor ${quoted(name)}`;
  const start = scanner.offset;
  let dtype: FileDType | undefined;
  let shape: readonly number[] | undefined;
  let offsets: readonly number[] | undefined;
  let shapeAt = start;
  let statedAt = start;
  scanner.expect("{", tensor);
  do {
    const at = scanner.offset;
    const key = scanner.string(`a field of ${tensor}`, limits.nameBytes);
    const field = `${key} of ${tensor}`;
    const twice = (given: unknown) => given !== undefined && scanner.fail(field, at, "given once", "given twice");
    if (key === "dtype") {
      twice(dtype);
      scanner.expect(":", field);
      dtype = readDType(scanner, field, limits);
    } else if (key === "shape") {
      twice(shape);
      scanner.expect(":", field);
      shapeAt = scanner.offset;
      shape = readIntegers(scanner, field, limits.rank, "axes", LIMIT_REMEDY);
    } else if (key === "data_offsets") {
      twice(offsets);
      scanner.expect(":", field);
      statedAt = scanner.offset;
      offsets = readIntegers(scanner, field, 2, "numbers");
    } else {
      scanner.fail(`the field ${quoted(key)} of ${tensor}`, at, "dtype, shape or data_offsets", "unknown");
    }
  } while (scanner.take(","));
  scanner.expect("}", tensor);
  if (!dtype || !shape || !offsets) {
    scanner.fail(tensor, start, "described by dtype, shape and data_offsets", "lacking one of them");
  }
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || begin > end) {
    scanner.fail(`data_offsets of ${tensor}`, statedAt, "a begin and an end after it", `[${offsets.join(", ")}]`);
  }
  // Checked before dataStart is added: near 2^53 the sum would be rounded.
  const available = scanner.bytes.length - dataStart;
  if (end > available) {
    const expected = `within the ${available} bytes of values`;
    scanner.fail(`data_offsets of ${tensor}`, statedAt, expected, `[${begin}, ${end}]`, TRUNCATED);
  }
  const needed = checkedBytes(scanner, tensor, shapeAt, dtype, shape, limits);
  if (needed !== end - begin) {
    const expected = `${needed} bytes apart, as ${dtype} [${shape.join(", ")}] takes,`;
    scanner.fail(`data_offsets of ${tensor}`, statedAt, expected, `[${begin}, ${end}], ${end - begin} apart`);
  }
  return { name, dtype, shape, begin: dataStart + begin, end: dataStart + end, statedAt };
}

function readDType(scanner: HeaderScanner, field: string, limits: SafetensorsLimits): FileDType {
  const at = scanner.offset;
  const dtype = scanner.string(field, limits.nameBytes);
  if (isFileDType(dtype)) return dtype;
  const expected = `one of ${Object.keys(FILE_DTYPES).join(" ")}`;
  scanner.fail(field, at, expected, quoted(dtype), "Convert the tensor to F32 where the file was made.");
}

function readIntegers(scanner: HeaderScanner, field: string, most: number, unit: string, remedy?: string): number[] {
  const integers: number[] = [];
  scanner.expect("[", field);
  if (scanner.take("]")) return integers;
  do {
    if (integers.length === most) scanner.fail(field, scanner.offset, `at most ${most} ${unit}`, "longer", remedy);
    integers.push(scanner.integer(field));
  } while (scanner.take(","));
  scanner.expect("]", field);
  return integers;
}

/** The bytes that a shape takes in the file, with no product rounded on the way. */
function checkedBytes(
  scanner: HeaderScanner,
  tensor: string,
  at: number,
  dtype: FileDType,
  shape: readonly number[],
  limits: SafetensorsLimits,
): number {
  let bytes: number = FILE_DTYPES[dtype].bytes;
  for (const extent of shape) {
    if (extent > limits.extent) {
      scanner.fail(
        `shape of ${tensor}`,
        at,
        `of extents up to ${limits.extent}`,
        `[${shape.join(", ")}]`,
        LIMIT_REMEDY,
      );
    }
    bytes *= extent;
    if (!Number.isSafeInteger(bytes)) {
      scanner.fail(`shape of ${tensor}`, at, "of fewer than 2^53 bytes", `[${shape.join(", ")}]`);
    }
  }
  return bytes;
}
