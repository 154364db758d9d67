import { defineConfig } from "vite";
import { code } from "./build/code";
import { equations } from "./build/equations";
import { offline } from "./build/offline";

// Static files in dist/site, which any server of files can hand out under any path.
export default defineConfig({
  base: "./",
  plugins: [equations(), code(), offline()],
  worker: { format: "es" },
  build: { outDir: "dist/site", emptyOutDir: true, target: "es2022", sourcemap: true },
});
