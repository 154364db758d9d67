import type { Counters } from "./counters";
import { ShaderError } from "./errors";
import type { Specialisation } from "./specialise";

const COMPUTE = 0x4; // GPUShaderStage.COMPUTE: the global does not exist in Node

/** A compiled kernel and the layout that its bind groups need. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Compiled kernels by their code. Compilation is asynchronous always, and each code is compiled once. */
export class PipelineCache {
  readonly #gpu: GPUDevice;
  readonly #counters: Counters;
  readonly #pipelines = new Map<string, Promise<Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(gpu: GPUDevice, counters: Counters) {
    this.#gpu = gpu;
    this.#counters = counters;
  }

  /** @throws ShaderError if the browser refuses the WGSL: it names the kernel and the line */
  get(spec: Specialisation): Promise<Pipeline> {
    const cached = this.#pipelines.get(spec.code);
    if (cached) return cached;
    const compiling = this.#compile(spec);
    this.#pipelines.set(spec.code, compiling);
    compiling.catch(() => this.#pipelines.delete(spec.code)); // a failure is for the caller; it is not cached
    return compiling;
  }

  async #compile(spec: Specialisation): Promise<Pipeline> {
    const label = spec.kernel.name;
    const layout = this.#layout(spec);
    // the scope keeps refused WGSL from counting as a fault of the device; the pipeline's own error says the same
    this.#gpu.pushErrorScope("validation");
    const module = this.#gpu.createShaderModule({ label, code: spec.code });
    this.#gpu.popErrorScope().catch(() => undefined); // rejects only where the device is lost, and so does the pipeline
    this.#counters.pipelines++;
    try {
      const pipeline = await this.#gpu.createComputePipelineAsync({
        label,
        layout: this.#gpu.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
      return { pipeline, layout };
    } catch (cause) {
      throw await explain(module, spec, cause);
    }
  }

  #layout({ bindings }: Specialisation): GPUBindGroupLayout {
    const types = bindings.map(
      ({ binding }): GPUBufferBindingType => (binding.access === "read" ? "read-only-storage" : "storage"),
    );
    const key = types.join(" ");
    const cached = this.#layouts.get(key);
    if (cached) return cached;
    const layout = this.#gpu.createBindGroupLayout({
      label: key,
      entries: [
        { binding: 0, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
        ...types.map((type, index) => ({ binding: index + 1, visibility: COMPUTE, buffer: { type } })),
      ],
    });
    this.#layouts.set(key, layout);
    return layout;
  }
}

async function explain(module: GPUShaderModule, spec: Specialisation, cause: unknown): Promise<ShaderError> {
  const { messages } = await module.getCompilationInfo();
  const first = messages.find((message) => message.type === "error");
  const line = first ? spec.code.split("\n")[first.lineNum - 1]?.trim() : undefined;
  const text = first
    ? `at line ${first.lineNum}: ${first.message} in "${line ?? ""}"`
    : `as a whole: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new ShaderError({ where: spec.kernel.name, what: `the WGSL was refused ${text}` }, { cause });
}
