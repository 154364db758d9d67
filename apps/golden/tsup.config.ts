import { defineConfig } from "tsup";

// The command line only: Vite builds the page beside it, into dist/page.
export default defineConfig({
  entry: ["src/cli.ts"],
  format: "esm",
  target: "es2022",
  platform: "node",
  sourcemap: true,
  treeshake: true,
  splitting: false,
});
