import { expect, test } from "vitest";
import { deviceLabel, guarded, isSoftware, SOFTWARE_LABEL, softwareTag } from "./label";

const gpu = { device: "nvidia ampere", software: false };
const software = { device: "google swiftshader (software)", software: true };

test("a GPU is called by its name", () => {
  expect(deviceLabel(gpu)).toBe("nvidia ampere");
  expect(softwareTag(gpu)).toBe("");
  expect(guarded(gpu, "3 ms")).toBe("3 ms");
});

test("a software adapter is labelled, once", () => {
  const label = deviceLabel(software);
  expect(label).toMatchInlineSnapshot(
    `"google swiftshader (software) · SOFTWARE ADAPTER: these times say nothing about a GPU"`,
  );
  expect(deviceLabel({ ...software, device: label })).toBe(label);
  expect(softwareTag(software)).toContain(SOFTWARE_LABEL);
});

test.each(["SwiftShader Device", "llvmpipe (LLVM 15.0.6, 256 bits)", "Microsoft Basic Render Driver", "lavapipe"])(
  "%s is software whatever a file says",
  (device) => expect(isSoftware({ device, software: false })).toBe(true),
);

test("nothing that shows a software adapter's numbers gets out without the label", () => {
  expect(guarded(software, `3 ms ${SOFTWARE_LABEL}`)).toBe(`3 ms ${SOFTWARE_LABEL}`);
  expect(() => guarded(software, "3 ms")).toThrowErrorMatchingInlineSnapshot(
    `[UnlabelledError: What shows numbers of google swiftshader (software) should say "SOFTWARE ADAPTER" but does not: 3 ms]`,
  );
});
