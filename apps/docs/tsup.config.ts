import { defineConfig } from "tsup";

// The command that serves the built pages only: Vite builds them beside it, into dist/site.
export default defineConfig({
  entry: ["src/cli.ts"],
  format: "esm",
  target: "es2022",
  platform: "node",
  sourcemap: true,
  treeshake: true,
  splitting: false,
});
