import { defineConfig } from "vite";

// The page that runs the cases; the command line (tsup.config.ts) serves dist/page to headless Chrome.
export default defineConfig({
  root: "src/page",
  base: "./",
  build: { outDir: "../../dist/page", emptyOutDir: true, target: "es2022", sourcemap: true },
});
