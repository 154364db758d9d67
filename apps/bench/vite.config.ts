import { defineConfig } from "vite";

// The page that measures; the command line (tsup.config.ts) serves dist/page to headless Chrome, or to you.
export default defineConfig({
  root: "src/page",
  base: "./",
  build: { outDir: "../../dist/page", emptyOutDir: true, target: "es2022", sourcemap: true },
});
