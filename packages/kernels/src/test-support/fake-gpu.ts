import { DEFAULT_LIMITS, type Limits } from "../core";

/** How a fake device departs from one that always works. */
export interface FakeDeviceOptions {
  limits?: Partial<Limits>;
  /** Buffers of more bytes than this are refused, as a device without room does: later, through the error scope. */
  memory?: number;
}

export interface FakeDevice {
  readonly gpu: GPUDevice;
  /** Ends its life, as a crashed GPU process does. */
  lose(reason: GPUDeviceLostReason, message: string): void;
  /** Raises an error that no scope caught. */
  fault(message: string): void;
  /** Labels of all buffers that were created, in order. */
  readonly created: readonly string[];
  /** Labels of all buffers that were destroyed, in order. */
  readonly destroyed: readonly string[];
  /** Whether `destroy` was called on the device. */
  readonly isDestroyed: boolean;
}

/** A device that keeps no data and runs nothing: for what must happen before, after or instead of GPU work. */
export function fakeDevice({ limits = {}, memory = Number.POSITIVE_INFINITY }: FakeDeviceOptions = {}): FakeDevice {
  const created: string[] = [];
  const destroyed: string[] = [];
  const errors: (GPUError | null)[] = [];
  const state = { isDestroyed: false };
  const target = new EventTarget();
  let resolveLost: (info: GPUDeviceLostInfo) => void = () => undefined;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    resolveLost = resolve;
  });
  const lose = (reason: GPUDeviceLostReason, message: string): void => {
    const info: Partial<GPUDeviceLostInfo> = { reason, message };
    resolveLost(info as GPUDeviceLostInfo);
  };
  const queue: Partial<GPUQueue> = {
    writeBuffer: () => undefined,
    submit: () => undefined,
    onSubmittedWorkDone: () => Promise.resolve(undefined),
  };
  const encoder: Partial<GPUCommandEncoder> = {
    copyBufferToBuffer: () => undefined,
    finish: () => ({}) as GPUCommandBuffer,
  };
  const gpu: Partial<GPUDevice> = {
    limits: webGPULimits({ ...DEFAULT_LIMITS, ...limits }),
    features: new Set<string>() as GPUSupportedFeatures,
    lost,
    queue: queue as GPUQueue,
    addEventListener: target.addEventListener.bind(target),
    pushErrorScope: () => {
      errors.push(null);
    },
    popErrorScope: () => Promise.resolve(errors.pop() ?? null),
    createBuffer: ({ size, usage, label = "" }: GPUBufferDescriptor) => {
      created.push(label);
      if (size > memory) errors[errors.length - 1] = { message: "no room" } as GPUError;
      return fakeBuffer(size, usage, label, () => destroyed.push(label));
    },
    createCommandEncoder: () => encoder as GPUCommandEncoder,
    destroy: () => {
      state.isDestroyed = true;
      lose("destroyed", "destroy was called");
    },
  };
  const fault = (message: string): void => {
    target.dispatchEvent(Object.assign(new Event("uncapturederror"), { error: { message } }));
  };
  return {
    gpu: gpu as GPUDevice,
    lose,
    fault,
    created,
    destroyed,
    get isDestroyed() {
      return state.isDestroyed;
    },
  };
}

function fakeBuffer(size: number, usage: number, label: string, onDestroy: () => void): GPUBuffer {
  const buffer: Partial<GPUBuffer> = {
    size,
    usage,
    label,
    mapAsync: () => Promise.resolve(undefined),
    getMappedRange: (_offset, bytes = size) => new ArrayBuffer(bytes),
    unmap: () => undefined,
    destroy: () => {
      onDestroy();
    },
  };
  return buffer as GPUBuffer;
}

export interface FakeAdapterOptions {
  limits?: Partial<Limits>;
  features?: readonly string[];
  info?: Partial<GPUAdapterInfo>;
  /** What `requestDevice` answers. */
  device?: () => Promise<GPUDevice>;
}

export interface FakeGPU {
  readonly gpu: GPU;
  /** What the device was asked for. */
  readonly requests: GPUDeviceDescriptor[];
  /** What the adapter was asked for. */
  readonly adapterRequests: GPURequestAdapterOptions[];
}

/** A WebGPU entry point with one adapter, or with none. */
export function fakeGPU(adapter: FakeAdapterOptions | null): FakeGPU {
  const requests: GPUDeviceDescriptor[] = [];
  const adapterRequests: GPURequestAdapterOptions[] = [];
  const gpu: Partial<GPU> = {
    requestAdapter: (options = {}) => {
      adapterRequests.push(options);
      return Promise.resolve(adapter && fakeAdapter(adapter, requests));
    },
  };
  return { gpu: gpu as GPU, requests, adapterRequests };
}

function fakeAdapter(options: FakeAdapterOptions, requests: GPUDeviceDescriptor[]): GPUAdapter {
  const { limits = {}, features = [], info, device = async () => fakeDevice().gpu } = options;
  const adapter: Partial<Record<keyof GPUAdapter, unknown>> = {
    limits: { ...DEFAULT_LIMITS, ...limits },
    features: new Set(features),
    info,
    requestDevice: (descriptor: GPUDeviceDescriptor) => {
      requests.push(descriptor);
      return device();
    },
  };
  return adapter as GPUAdapter;
}

/** Those of our limits that a device has too. */
function webGPULimits({ dispatchMilliseconds: _, ...limits }: Limits): GPUSupportedLimits {
  return limits as GPUSupportedLimits;
}
