import { adapterName, describeAdapter } from "./adapter";
import { Device, type DeviceOptions } from "./device";
import { DeviceMismatchError, WebGPUUnavailableError } from "./errors";
import { DEFAULT_LIMITS, RAISED_LIMITS } from "./limits";

export interface OpenOptions extends DeviceOptions {
  /** The WebGPU entry point; `navigator.gpu` by default. In Node, the object that the npm package `webgpu` makes. */
  gpu?: GPU;
  powerPreference?: GPUPowerPreference;
  /** `raised` asks for the larger limits that the adapter has, `default` for WebGPU's guaranteed ones only. */
  limits?: "raised" | "default";
  /** Features to ask for; those the adapter lacks are left out. */
  features?: readonly GPUFeatureName[];
  /** Told about a software adapter, which is usable but slow. `console.warn` by default. */
  onWarning?: (message: string) => void;
}

let current: Device | null = null;

/**
 * Opens a GPU device and makes it the one that tensors use.
 * @throws WebGPUUnavailableError whose `reason` is no-webgpu, insecure-context, no-adapter or device-refused
 * @throws ValueError if the store of choices holds what is none, and what its `load` throws
 */
export async function open(options: OpenOptions = {}): Promise<Device> {
  const gpu = options.gpu ?? findGPU();
  const adapter = await requestAdapter(gpu, options);
  const facts = describeAdapter(adapter.info ?? {});
  if (facts.isSoftware) {
    (options.onWarning ?? console.warn)(
      `${adapterName(facts)}: this is a software adapter. Everything works, but many times slower than on a GPU.`,
    );
  }
  const gpuDevice = await requestDevice(adapter, options);
  const device = new Device(gpuDevice, facts, true, options);
  try {
    await device.choices.load();
  } catch (error) {
    device.dispose();
    throw error;
  }
  current = device;
  return device;
}

/** Uses a `GPUDevice` that the caller already has, and leaves its lifetime to the caller. */
export function wrap(gpuDevice: GPUDevice, options: DeviceOptions = {}): Device {
  current = new Device(gpuDevice, describeAdapter(gpuDevice.adapterInfo ?? {}), false, options);
  return current;
}

/** The device that `open`, `wrap` or `useDevice` named last. @throws DeviceMismatchError if there is none */
export function currentDevice(): Device {
  if (!current) {
    throw new DeviceMismatchError({
      where: "currentDevice",
      what: "no device is open",
      remedy: "Call await open() before values are asked for.",
    });
  }
  return current;
}

/** The device that tensors would use, or null before there is one. */
export const openDevice = (): Device | null => current;

/** Makes `device` the one that tensors use from now on. */
export function useDevice(device: Device): void {
  current = device;
}

function findGPU(): GPU {
  const scope = globalThis as { navigator?: { gpu?: GPU }; isSecureContext?: boolean };
  if (scope.navigator?.gpu) return scope.navigator.gpu;
  if (scope.isSecureContext === false) {
    throw new WebGPUUnavailableError("insecure-context", {
      where: "open",
      what: "WebGPU is hidden because this page is not a secure context",
      remedy: "Serve it over https, or from localhost or 127.0.0.1.",
    });
  }
  throw new WebGPUUnavailableError("no-webgpu", {
    where: "open",
    what: "this environment has no WebGPU",
    remedy:
      "Use Chrome or Edge 113, Safari 26 or Firefox 141 or newer; in Node, pass open({ gpu }) made by the npm package webgpu.",
  });
}

async function requestAdapter(gpu: GPU, { powerPreference }: OpenOptions): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (adapter) return adapter;
  throw new WebGPUUnavailableError("no-adapter", {
    where: "open",
    what: "WebGPU is here, but no adapter is offered",
    remedy:
      "See chrome://gpu; update the driver, or start Chrome with --enable-unsafe-webgpu. After GPU crashes reload, or wait two minutes.",
  });
}

async function requestDevice(adapter: GPUAdapter, options: OpenOptions): Promise<GPUDevice> {
  const wanted: readonly GPUFeatureName[] = options.features ?? ["timestamp-query", "shader-f16", "subgroups"];
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  const requiredLimits: Record<string, number> = {};
  if (options.limits !== "default") {
    for (const name of RAISED_LIMITS) {
      if (adapter.limits[name] > DEFAULT_LIMITS[name]) requiredLimits[name] = adapter.limits[name];
    }
  }
  try {
    return await adapter.requestDevice({ label: "unroll", requiredFeatures, requiredLimits });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WebGPUUnavailableError(
      "device-refused",
      {
        where: "open",
        what: `the adapter ${adapterName(describeAdapter(adapter.info ?? {}))} refused a device: ${reason}`,
        remedy: 'Try open({ limits: "default", features: [] }), or close other pages that use the GPU.',
      },
      { cause },
    );
  }
}
