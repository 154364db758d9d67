import { type Device, DeviceLimitError, DeviceMismatchError } from "@unroll/kernels";
import type { Tensor } from "../tensor/tensor";
import type { Trace } from "./trace";

/** @throws DeviceMismatchError if the tensor lies, or is to lie, on another device */
export function expectOnDevice(
  where: string,
  device: Device,
  tensor: Tensor,
  { storage }: Pick<Tensor, "storage"> = tensor,
): void {
  if (!storage || storage.device === device) return;
  throw new DeviceMismatchError({
    where,
    what: tensor.name ?? String(tensor),
    expected: "on the same device as the rest of the graph",
    received: "on another",
    remedy: "Read its values with data() and make it again on this device.",
  });
}

/** @throws DeviceLimitError if the graph has values of half precision and the device does not know them */
export function expectFeatures({ features }: Device, { hasHalves }: Trace): void {
  if (!hasHalves || features.has("shader-f16")) return;
  throw new DeviceLimitError({
    where: "evaluate",
    what: "the device",
    expected: "with the feature shader-f16, for tensors of half precision,",
    received: "without it",
    remedy: "Compute in f32: call float() on the model, or make the tensors f32.",
  });
}
