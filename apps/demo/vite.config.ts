import { availableParallelism } from "node:os";
import { defineConfig } from "vite";
import { benchPage } from "./build/bench";
import { code } from "./build/code";
import { data } from "./build/data";
import { equations } from "./build/equations";
import { offline } from "./build/offline";

/** "assets/worker-memory-sum-[hash].js" for pages/memory/sum/worker.ts: who looks at what was loaded sees which it is. */
function fileName({ name, facadeModuleId }: { readonly name: string; readonly facadeModuleId: string | null }): string {
  const folder = /\/src\/pages\/(.+)\/[^/]+$/.exec(facadeModuleId ?? "")?.[1]?.split("/") ?? [];
  return `assets/${[name, ...folder].join("-")}-[hash].js`;
}

/** Libraries, apart from what is ours; of that what all pages have, and what all that train have: small files compress badly. */
function chunkOf(id: string): string | undefined {
  const [, library] = /\/node_modules\/@?(preact|uplot)\//.exec(id) ?? [];
  if (library) return `library-${library}`;
  if (/\/src\/(app\/(?!front)|client|main|ui\/failed)/.test(id)) return "app";
  return /\/src\/(lab\/|ui\/(?!confusion)|pages\/answer-to)/.test(id) ? "lab" : undefined;
}

// Static files in dist/site, which any server of files can hand out under any path.
export default defineConfig({
  base: "./",
  plugins: [equations(), code(), data(), benchPage(), offline()],
  worker: { format: "es", plugins: () => [data()], rollupOptions: { output: { entryFileNames: fileName } } },
  build: {
    outDir: "dist/site",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false }, // browsers with WebGPU have it
    rollupOptions: { output: { chunkFileNames: fileName, manualChunks: chunkOf } },
    minify: "terser", // 3 % smaller, gzipped, than what esbuild makes of it
    // without what Safari 10 needs, which has no WebGPU
    terserOptions: { compress: { passes: 2 }, safari10: false, maxWorkers: availableParallelism() },
  },
});
