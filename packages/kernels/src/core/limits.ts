/** The limits that kernels plan with; but for the last, names and meanings are WebGPU's. */
export interface Limits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly minStorageBufferOffsetAlignment: number;
  readonly minUniformBufferOffsetAlignment: number;
  /**
   * How long one dispatch may take: a system may take a device that is busy for longer for hung, and nothing else is
   * drawn meanwhile. A kernel that walks over a whole sequence cuts it into as many dispatches as that needs.
   */
  readonly dispatchMilliseconds: number;
}

/** What every WebGPU device has (WebGPU, "Limits", default column). Everything in Unroll runs within these. */
export const DEFAULT_LIMITS: Limits = {
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  minStorageBufferOffsetAlignment: 256,
  minUniformBufferOffsetAlignment: 256,
  dispatchMilliseconds: 100,
};

/** The limits asked for beyond the defaults, each never more than the adapter has. */
export const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const satisfies readonly (keyof GPUSupportedLimits & keyof Limits)[];

/** Reads a device's limits into a plain object. */
export function readLimits(source: GPUSupportedLimits, { dispatchMilliseconds }: Partial<Limits> = {}): Limits {
  const read: Record<string, number> = {};
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]) {
    const value = name === "dispatchMilliseconds" ? dispatchMilliseconds : source[name];
    read[name] = value ?? DEFAULT_LIMITS[name];
  }
  return { ...DEFAULT_LIMITS, ...read };
}
