import { expectKnown } from "../../tensor/known-options";
import { bytesOf } from "../bytes";
import type { HostTensor } from "../host-tensor";
import { FILE_DTYPES } from "./safetensors-dtype";
import { readHeader } from "./safetensors-header";
import { DEFAULT_SAFETENSORS_LIMITS, type SafetensorsLimits } from "./safetensors-limits";
import { readValues } from "./safetensors-values";

export { encodeSafetensors } from "./safetensors-encode";
export { DEFAULT_SAFETENSORS_LIMITS, type SafetensorsLimits } from "./safetensors-limits";

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** In the order of the header. */
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Map<string, string>;
}

/**
 * Reads a safetensors file: u64 length, JSON header, values (huggingface/safetensors). The file is taken to be hostile:
 * every claim of the header is checked before any value is copied, and names are data, whatever they spell.
 *
 * Values come out in the four-byte types of this library. F32, I32 and U32 keep their bits; F16 and BF16 are widened
 * exactly; F64 is rounded to float32; BOOL stays bool; U8, U16 and U64 become u32, and I8, I16 and I64 i32.
 * @param bytes the whole file
 * @param limits how much to accept; see `DEFAULT_SAFETENSORS_LIMITS`
 * @throws FileFormatError with the byte and the field at fault, if the file breaks any rule of the format or a limit,
 *   or holds a value that its four-byte type cannot: an integer beyond 32 bits, a finite F64 beyond float32
 * @throws ValueError if `bytes` is not bytes, or a limit is unknown
 */
export function decodeSafetensors(
  bytes: ArrayBuffer | Uint8Array,
  limits: Partial<SafetensorsLimits> = {},
): SafetensorsFile {
  const where = "decodeSafetensors";
  const file = bytesOf(where, { bytes });
  expectKnown(where, limits, Object.keys(DEFAULT_SAFETENSORS_LIMITS), "limits");
  const { entries, metadata } = readHeader(where, file, { ...DEFAULT_SAFETENSORS_LIMITS, ...limits });
  const tensors = new Map<string, HostTensor>();
  for (const entry of entries) {
    const { dtype } = FILE_DTYPES[entry.dtype];
    tensors.set(entry.name, { dtype, shape: entry.shape, data: readValues(where, file, entry) });
  }
  return { tensors, metadata };
}
