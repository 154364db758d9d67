import { refuseValue } from "../tensor/kind";

/** A file given by name. @throws ValueError if it is an address, a promise, a response, or anything else but bytes */
export function bytesOf(where: string, named: Readonly<Record<string, ArrayBuffer | Uint8Array>>): Uint8Array {
  const [file] = Object.values(named);
  if (file instanceof Uint8Array) return file;
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  const remedy = "Pass what await response.arrayBuffer() or a file reader gives.";
  return refuseValue(where, named, "an ArrayBuffer or a Uint8Array", remedy);
}
