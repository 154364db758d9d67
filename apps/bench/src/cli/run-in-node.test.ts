import { expect, test } from "vitest";
import { loadGPU } from "./run-in-node";

test("without the npm package there is an error that says what to do", async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'webgpu'"));
  await expect(loadGPU(missing)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [NoNodeWebGPUError: --runtime node needs the npm package webgpu, which could not be loaded: Cannot find package 'webgpu'
    It has binaries for Linux, macOS and Windows on x64 and arm64. Run pnpm install, or measure with --runtime chrome.]
  `);
});
