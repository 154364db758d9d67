import { defineConfig } from "tsup";

// The command line only: Vite builds the page beside it, into dist/page.
export default defineConfig({
  entry: ["src/cli.ts"],
  format: "esm",
  target: "es2022",
  platform: "node",
  external: ["webgpu"], // a native module, loaded only where the bench runs in Node
  sourcemap: true,
  treeshake: true,
  splitting: false,
});
