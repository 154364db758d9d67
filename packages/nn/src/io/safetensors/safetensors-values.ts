import type { HostData } from "../../tensor/dtype";
import { FileFormatError } from "../errors";
import { quoted } from "../quoted";
import { float32BitsOfBfloat, float32BitsOfHalf } from "./half";
import { FILE_DTYPES } from "./safetensors-dtype";
import type { TensorEntry } from "./safetensors-entry";

/** Largest finite float32, and half a step more: from there a float64 rounds to infinity. */
const F32_OVERFLOW = 2 ** 128 - 2 ** 103;

/**
 * The values of one tensor, copied out of the file and widened or narrowed to four bytes each.
 * @throws FileFormatError if a value has no counterpart: an integer beyond 32 bits, a finite F64 beyond the range of
 *   float32, a BOOL other than 0 and 1
 */
export function readValues(where: string, bytes: Uint8Array, entry: TensorEntry): HostData {
  const { name, dtype, begin, end } = entry;
  const size = FILE_DTYPES[dtype].bytes;
  const count = (end - begin) / size;
  // Typed arrays have the byte order of the host, which is little-endian wherever WebGPU runs; the copy is aligned.
  const copy = (): ArrayBuffer => new Uint8Array(bytes.subarray(begin, end)).buffer;
  const refuse = (index: number, expected: string, received: string, remedy: string): never => {
    const field = `element ${index} of tensor ${quoted(name)}`;
    throw new FileFormatError({ where, field, offset: begin + index * size, expected, received, remedy });
  };
  switch (dtype) {
    case "F32":
      return new Float32Array(copy());
    case "I32":
      return new Int32Array(copy());
    case "U32":
      return new Uint32Array(copy());
    case "I16":
      return Int32Array.from(new Int16Array(copy()));
    case "U16":
      return Uint32Array.from(new Uint16Array(copy()));
    case "I8":
      return Int32Array.from(new Int8Array(copy()));
    case "U8":
      return Uint32Array.from(new Uint8Array(copy()));
    case "BOOL": {
      const flags = Uint32Array.from(new Uint8Array(copy()));
      const odd = flags.findIndex((flag) => flag > 1);
      if (odd >= 0) refuse(odd, "0 or 1", `${flags[odd]}`, "Write the tensor as U8 if it holds numbers.");
      return flags;
    }
    case "F16":
      return fromBits(new Uint16Array(copy()), float32BitsOfHalf);
    case "BF16":
      return fromBits(new Uint16Array(copy()), float32BitsOfBfloat);
    case "F64": {
      const wide = new Float64Array(copy());
      const far = wide.findIndex((value) => Math.abs(value) >= F32_OVERFLOW && Math.abs(value) !== Infinity);
      if (far >= 0) refuse(far, "within the range of float32", `${wide[far]}`, "Scale the tensor before it is saved.");
      return Float32Array.from(wide);
    }
    case "I64": {
      const narrow = new Int32Array(count);
      const wide = new BigInt64Array(copy());
      for (const [i, value] of wide.entries()) {
        if (value !== BigInt.asIntN(32, value)) refuse(i, "within 32 bits", `${value}`, "Save the tensor as I32.");
        narrow[i] = Number(value);
      }
      return narrow;
    }
    case "U64": {
      const narrow = new Uint32Array(count);
      const wide = new BigUint64Array(copy());
      for (const [i, value] of wide.entries()) {
        if (value !== BigInt.asUintN(32, value)) refuse(i, "within 32 bits", `${value}`, "Save the tensor as U32.");
        narrow[i] = Number(value);
      }
      return narrow;
    }
  }
}

function fromBits(source: Uint16Array, widen: (bits: number) => number): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < bits.length; i++) bits[i] = widen(source[i] ?? 0);
  return new Float32Array(bits.buffer);
}
