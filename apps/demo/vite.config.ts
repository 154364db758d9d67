import { defineConfig } from "vite";
import { benchPage } from "./build/bench";
import { code } from "./build/code";
import { data } from "./build/data";
import { equations } from "./build/equations";
import { offline } from "./build/offline";

// Static files in dist/site, which any server of files can hand out under any path.
export default defineConfig({
  base: "./",
  plugins: [equations(), code(), data(), benchPage(), offline()],
  worker: { format: "es", plugins: () => [data()] },
  build: {
    outDir: "dist/site",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: true,
    minify: "terser", // 3 % smaller, gzipped, than what esbuild makes of it
    terserOptions: { compress: { passes: 3 } },
  },
});
