import { currentDevice, type Device } from "@unroll/kernels";
import { bytesOf, type HostData, hostArray } from "../tensor/dtype";
import { expectTensors } from "../tensor/kind";
import { allocate } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import { executorOf } from "./executor";
import { noteRepeats } from "./repeats";
import { type Request, traceRequest } from "./request";
import { type Trace, trace } from "./trace";

/**
 * Computes several tensors in one submission; afterwards they own their values.
 * @returns when the work has been submitted
 */
export function evaluate(tensors: readonly Tensor[]): Promise<void> {
  expectTensors("evaluate", tensors);
  const roots = [...new Set(tensors)].filter((tensor) => {
    tensor.assertUsable("evaluate");
    return !tensor.storage && tensor.node.kind !== "host" && tensor.node.kind !== "device";
  });
  if (roots.length === 0) return Promise.resolve();
  return submit({ roots });
}

/** Runs `work` on a device when all that was asked for before has been submitted: at once, if it has. */
export function enqueue(device: Device, work: () => void): Promise<void> {
  return executorOf(device).enqueue(work);
}

/**
 * The values of a tensor that may have been computed and forgotten, from its inputs and the parameters as they now are.
 * For looking into a computation after something went wrong in it.
 */
export async function evaluateAgain(tensor: Tensor): Promise<HostData> {
  if (tensor.storage || tensor.node.kind === "host" || tensor.node.kind === "device") return tensor.data();
  const forward = trace([tensor], { allowStale: true });
  const device = deviceOf(forward);
  const storage = allocate(device, bytesOf(tensor), "inspection");
  const { dtype, size } = tensor;
  try {
    await executorOf(device).schedule({ roots: [tensor], into: new Map([[tensor, storage]]) }, forward);
    return await readBack({ storage, dtype, size });
  } finally {
    storage.release();
  }
}

/** Runs a request on the device of its tensors. @param forward the request's walk, where it was made already */
export function submit(request: Request, forward: Trace = traceRequest(request)): Promise<void> {
  const device = request.device ?? deviceOf(forward);
  device.assertAlive("evaluate");
  noteRepeats(forward);
  return executorOf(device).schedule(request, forward);
}

/** The device that holds a graph's values; the current one where none are held. */
export function deviceOf(forward: Trace): Device {
  return forward.leaves.find(({ tensor }) => tensor.storage)?.tensor.storage?.device ?? currentDevice();
}

/** Values that an evaluated tensor has after all that was asked for so far, and before all that is asked for later. */
export async function readBack({
  storage,
  dtype,
  size,
}: Pick<Tensor, "storage" | "dtype" | "size">): Promise<HostData> {
  if (!storage) throw new Error("a tensor is read that was not evaluated");
  const { device, range } = storage;
  let bytes = Promise.resolve(new ArrayBuffer(0));
  storage.hold(); // whoever has the tensor may let go of it meanwhile
  await enqueue(device, () => {
    storage.unhold();
    if (storage.failure) bytes = Promise.reject(storage.failure);
    else if (size > 0) bytes = device.read({ ...range, size: bytesOf({ size, dtype }) });
  });
  return hostArray(dtype, await bytes, size);
}
