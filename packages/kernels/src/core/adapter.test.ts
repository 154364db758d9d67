import { expect, test } from "vitest";
import { adapterName, describeAdapter } from "./adapter";

test.each([
  [{}, "unnamed adapter", false],
  [{ vendor: "apple", architecture: "common-3" }, "apple common-3", false],
  [{ vendor: "nvidia", description: "NVIDIA H200" }, "NVIDIA H200", false],
  [{ vendor: "x", isFallbackAdapter: true }, "x (software)", true],
  [{ vendor: "google", architecture: "swiftshader" }, "google swiftshader (software)", true],
  [{ vendor: "mesa", description: "llvmpipe (LLVM 15, 256 bits)" }, "llvmpipe (LLVM 15, 256 bits) (software)", true],
])("%o is named %s", (info, name, isSoftware) => {
  const facts = describeAdapter(info);
  expect(adapterName(facts)).toBe(name);
  expect(facts.isSoftware).toBe(isSoftware);
});
