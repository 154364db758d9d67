import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { puppeteer } from "./scripts/vitest/puppeteer-provider";
import { documentationSamples } from "./scripts/vitest/samples";

// Tests run on sources: this condition of each package's `exports` names src/index.ts.
const resolve = { conditions: ["@unroll/source", "module", "browser", "development|production", "default"] };

/** What is waited for comes sooner, but not on every machine. */
const expect = { poll: { timeout: 60_000 } };

/** What is made of kernels and layers that are tested under both limits: apps, samples, and whether toy tasks are learned. */
const once = ["apps/**", "**/toy-tasks.gpu.test.ts"];
/** What measures how long the page's thread or the device takes: one after another, with nothing beside it. */
const timed = ["packages/**/*cost.gpu.test.ts", "apps/bench/src/measure/measure.gpu.test.ts"];
const alone = { include: timed, exclude: [], maxWorkers: 1 };

/** Pages with a Chrome each: with an empty shader cache most of the time goes into compiling, on one core each. */
const pages = Math.min(4, availableParallelism());

/** GPU tests in headless Chrome, files dealt to a few pages. `limits` becomes `import.meta.env.UNROLL_LIMITS`. */
function gpuProject(
  name: string,
  limits: ImportMetaEnv["UNROLL_LIMITS"],
  groupOrder: number,
  { include = ["{packages,apps}/*/**/*.gpu.test.ts"], exclude = timed, maxWorkers = pages } = {},
): TestProjectConfiguration {
  return {
    plugins: [documentationSamples()],
    resolve,
    define: { "import.meta.env.UNROLL_LIMITS": JSON.stringify(limits) },
    test: {
      name,
      include,
      exclude: ["**/node_modules/**", "**/dist/**", ...exclude, ...(limits === "default" ? once : [])],
      env: { UNROLL_LIMITS: limits },
      testTimeout: 120_000,
      hookTimeout: 60_000,
      expect,
      maxWorkers,
      sequence: { groupOrder }, // one project after another: two software adapters would fight for the same cores
      browser: {
        enabled: true,
        headless: true,
        provider: puppeteer(),
        screenshotFailures: false,
        instances: [{ browser: "chrome" }],
      },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve: { conditions: ["@unroll/source", "module", "node", "development|production", "default"] } },
        test: {
          name: "node",
          include: ["packages/*/src/**/*.test.ts", "apps/*/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**", "**/*.gpu.test.ts"],
          env: { UNROLL_LIMITS: "adapter" },
          sequence: { groupOrder: 0 },
          expect,
        },
      },
      gpuProject("gpu", "adapter", 1),
      gpuProject("gpu-default-limits", "default", 2),
      gpuProject("gpu-timed", "adapter", 3, alone),
      gpuProject("gpu-timed-default-limits", "default", 4, alone),
    ],
  },
});
