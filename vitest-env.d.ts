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

/** The README's example, run by being imported: scripts/vitest/readme-example.ts. */
declare module "virtual:readme-example";
/** That of packages/nn/README.md. */
declare module "virtual:readme-example/attention";
declare module "virtual:readme-example/nn";
/** That of packages/seq2seq/README.md. */
declare module "virtual:readme-example/seq2seq";
declare module "virtual:readme-example/seq2seq/captions";

/** Vite serves the file and gives its address. */
declare module "*.wasm?url" {
  const address: string;
  export default address;
}
