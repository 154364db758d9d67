import { METADATA_KEY, PREFIX_BYTES } from "../io/safetensors/safetensors-layout";

/** Whether the header of a safetensors file and all that it announces are there: cut off while it was written, a file is not whole. */
export function isWhole(file: Uint8Array<ArrayBuffer>): boolean {
  try {
    const values = PREFIX_BYTES + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    const header = new TextDecoder().decode(file.subarray(PREFIX_BYTES, values));
    const { [METADATA_KEY]: _, ...tensors }: Record<string, { data_offsets: number[] }> = JSON.parse(header);
    const ends = Object.values(tensors).map(({ data_offsets: [, end] }) => end as number);
    return header.startsWith("{") && file.length === values + Math.max(0, ...ends);
  } catch {
    return false; // no whole number, no JSON, no header as ours
  }
}
