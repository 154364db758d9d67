/** The bytes that a base64 text stands for; `atob` skips its line breaks. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A safetensors file of any header, right or wrong, and any values after it. */
export function fileOf(
  header: string | Uint8Array,
  values: Uint8Array | number = 0,
  length?: bigint,
): Uint8Array<ArrayBuffer> {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const data = typeof values === "number" ? new Uint8Array(values) : values;
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

/** The bit patterns of any typed array, for comparisons that tell −0 from 0 and one NaN from another. */
export const bitsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): number[] => [
  ...new Uint8Array(buffer, byteOffset, byteLength),
];
