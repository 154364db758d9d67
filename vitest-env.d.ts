// What `import.meta.env` holds in a test: vitest.config.ts defines it per project.

interface ViteTypeOptions {
  strictImportMetaEnv: true;
}

interface ImportMetaEnv {
  /** "default" where GPU tests must ask for no limit above WebGPU's defaults, "adapter" where they may ask for more. */
  readonly UNROLL_LIMITS: "default" | "adapter";
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}

/** Collects garbage at once: the Chrome of the tests is started with it. */
declare function gc(): void;

/** The programs of the documentation, served by scripts/vitest/samples.ts. */
declare module "virtual:samples" {
  export const samples: readonly {
    /** The page and the line at which the program begins. */
    readonly name: string;
    /** Runs it, the first time. */
    run(): Promise<unknown>;
  }[];
}

/** Vite serves the file and gives its address. */
declare module "*.wasm?url" {
  const address: string;
  export default address;
}
