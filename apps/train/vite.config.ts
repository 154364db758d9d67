import { defineConfig } from "vite";

// The page that trains, with its worker; the command line (tsup.config.ts) serves dist/page to headless Chrome.
export default defineConfig({
  root: "src/page",
  base: "./",
  worker: { format: "es" },
  build: { outDir: "../../dist/page", emptyOutDir: true, target: "es2022", sourcemap: true },
});
