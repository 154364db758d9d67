import type { Module, Tensor } from "..";

/** The bits of a tensor's values: equal bits, not equal numbers, so that NaN and −0 count too. */
export async function bitsOf(tensor: Tensor): Promise<Uint32Array> {
  const { buffer, byteOffset, length } = await tensor.data();
  return new Uint32Array(buffer, byteOffset, length).slice();
}

/** The bits of all parameters of a model, by path. */
export async function modelBits(model: Module): Promise<Record<string, Uint32Array>> {
  const bits: Record<string, Uint32Array> = {};
  for (const [path, parameter] of model.namedParameters()) bits[path] = await bitsOf(parameter);
  return bits;
}
