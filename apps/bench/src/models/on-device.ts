import { evaluate, identity, type Tensor, tensor } from "@unroll/nn";

type Values = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Host values as a tensor that lies on the device, so that no measured call uploads them. */
export async function onDevice(values: Values, shape: readonly number[]): Promise<Tensor> {
  const made = identity(tensor(values, { shape }));
  await evaluate([made]);
  return made;
}
