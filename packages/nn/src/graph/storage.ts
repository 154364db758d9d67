import type { StorageOptions } from "@unroll/kernels";
import type { Tensor } from "../tensor/tensor";

/** The kernel option that says which of the tensors bound are stored in halves: none where none are. */
export function storage(tensors: Readonly<Record<string, Pick<Tensor, "dtype">>>): StorageOptions {
  const halves: string[] = [];
  for (const name in tensors) if (tensors[name]?.dtype === "f16") halves.push(name);
  return halves.length > 0 ? { halves } : {};
}
