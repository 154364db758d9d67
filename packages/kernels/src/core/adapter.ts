/** What is known of the adapter. Browsers leave out what they do not tell. */
export interface AdapterFacts {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** True where no GPU does the work: figures from such an adapter say nothing about GPUs. */
  readonly isSoftware: boolean;
  /** Invocations of a subgroup, at least and at most; undefined where the browser does not tell. */
  readonly subgroupMinSize: number | undefined;
  readonly subgroupMaxSize: number | undefined;
}

/** Reads a GPU adapter's description; every field of it is optional in some browser. */
export function describeAdapter(info: Partial<GPUAdapterInfo> & { isFallbackAdapter?: boolean }): AdapterFacts {
  const { vendor = "", architecture = "", device = "", description = "" } = info;
  const text = `${vendor} ${architecture} ${device} ${description}`;
  const isSoftware = info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software/i.test(text);
  const { subgroupMinSize, subgroupMaxSize } = info;
  return { vendor, architecture, device, description, isSoftware, subgroupMinSize, subgroupMaxSize };
}

/** One line that names the adapter, for run cards and bench tables. */
export function adapterName({ vendor, architecture, device, description, isSoftware }: AdapterFacts): string {
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") || "unnamed adapter";
  return isSoftware ? `${name} (software)` : name;
}
