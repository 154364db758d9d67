import { afterEach, describe, expect, test, vi } from "vitest";
import { type FakeAdapterOptions, fakeDevice, fakeGPU } from "../test-support/fake-gpu";
import { WebGPUUnavailableError } from "./errors";
import { DEFAULT_LIMITS, readLimits } from "./limits";
import { currentDevice, open, useDevice, wrap } from "./open";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function refusal(opening: Promise<unknown>): Promise<WebGPUUnavailableError> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WebGPUUnavailableError)) throw new Error(`open() gave ${String(error)}`);
  return error;
}

describe("before anything was opened", () => {
  test("there is no current device", async () => {
    vi.resetModules();
    const fresh = await import("./open");
    expect(() => fresh.currentDevice()).toThrowErrorMatchingInlineSnapshot(
      `[DeviceMismatchError: currentDevice: no device is open. Call await open() before values are asked for.]`,
    );
  });
});

describe("why WebGPU cannot be used", () => {
  test("no WebGPU in a browser", async () => {
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("isSecureContext", true);
    const error = await refusal(open());
    expect(error.reason).toBe("no-webgpu");
    expect(error.message).toMatchInlineSnapshot(
      `"open: this environment has no WebGPU. Use Chrome or Edge 113, Safari 26 or Firefox 141 or newer; in Node, pass open({ gpu }) made by the npm package webgpu."`,
    );
  });

  test("no WebGPU where there is no navigator", async () => {
    vi.stubGlobal("navigator", undefined);
    expect((await refusal(open())).reason).toBe("no-webgpu");
  });

  test("not a secure context", async () => {
    vi.stubGlobal("navigator", {});
    vi.stubGlobal("isSecureContext", false);
    const error = await refusal(open());
    expect(error.reason).toBe("insecure-context");
    expect(error.message).toMatchInlineSnapshot(
      `"open: WebGPU is hidden because this page is not a secure context. Serve it over https, or from localhost or 127.0.0.1."`,
    );
  });

  test("no adapter", async () => {
    const error = await refusal(open({ gpu: fakeGPU(null).gpu }));
    expect(error.reason).toBe("no-adapter");
    expect(error.message).toMatchInlineSnapshot(
      `"open: WebGPU is here, but no adapter is offered. See chrome://gpu; update the driver, or start Chrome with --enable-unsafe-webgpu. After GPU crashes reload, or wait two minutes."`,
    );
  });

  test("the adapter refuses a device", async () => {
    const cause = new TypeError("adapter is consumed");
    const adapter: FakeAdapterOptions = { info: { description: "Acme 1" }, device: () => Promise.reject(cause) };
    const error = await refusal(open({ gpu: fakeGPU(adapter).gpu }));
    expect(error.reason).toBe("device-refused");
    expect(error.cause).toBe(cause);
    expect(error.message).toMatchInlineSnapshot(
      `"open: the adapter Acme 1 refused a device: adapter is consumed. Try open({ limits: "default", features: [] }), or close other pages that use the GPU."`,
    );
  });
});

describe("a software adapter", () => {
  const info = { vendor: "google", architecture: "swiftshader" };

  test("is used, with a warning", async () => {
    const warnings: string[] = [];
    const device = await open({ gpu: fakeGPU({ info }).gpu, onWarning: (message) => warnings.push(message) });
    expect(device.adapter.isSoftware).toBe(true);
    expect(warnings).toMatchInlineSnapshot(`
      [
        "google swiftshader (software): this is a software adapter. Everything works, but many times slower than on a GPU.",
      ]
    `);
  });

  test("warns on the console unless told where to", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await open({ gpu: fakeGPU({ info }).gpu });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  test("and no warning for a GPU", async () => {
    const warnings: string[] = [];
    const info = { vendor: "acme", isFallbackAdapter: false };
    await open({ gpu: fakeGPU({ info }).gpu, onWarning: (message) => warnings.push(message) });
    expect(warnings).toEqual([]);
  });
});

describe("what is asked for", () => {
  test("limits that the adapter has beyond the defaults, exactly as large", async () => {
    const limits = { maxBufferSize: 2 ** 30, maxStorageBuffersPerShaderStage: 10 };
    const { gpu, requests } = fakeGPU({ limits, features: [] });
    await open({ gpu });
    expect(requests).toEqual([{ label: "unroll", requiredFeatures: [], requiredLimits: limits }]);
  });

  test("nothing where the adapter has less than the defaults", async () => {
    const { gpu, requests } = fakeGPU({ limits: { maxComputeInvocationsPerWorkgroup: 128, maxBufferSize: 2 ** 20 } });
    await open({ gpu });
    expect(requests[0]?.requiredLimits).toEqual({});
  });

  test("no limit at all with limits: default", async () => {
    const { gpu, requests } = fakeGPU({ limits: { maxBufferSize: 2 ** 32 } });
    await open({ gpu, limits: "default" });
    expect(requests[0]?.requiredLimits).toEqual({});
  });

  test("of the usual features those that the adapter has", async () => {
    const { gpu, requests } = fakeGPU({ features: ["subgroups", "timestamp-query", "float32-filterable"] });
    await open({ gpu });
    expect(requests[0]?.requiredFeatures).toEqual(["timestamp-query", "subgroups"]);
  });

  test("of the features named those that the adapter has", async () => {
    const { gpu, requests } = fakeGPU({ features: ["subgroups", "timestamp-query"] });
    await open({ gpu, features: ["timestamp-query", "shader-f16"] });
    expect(requests[0]?.requiredFeatures).toEqual(["timestamp-query"]);
  });

  test("the power preference, if there is one", async () => {
    const { gpu, adapterRequests } = fakeGPU({});
    await open({ gpu });
    await open({ gpu, powerPreference: "low-power" });
    expect(adapterRequests).toEqual([{}, { powerPreference: "low-power" }]);
  });
});

test("an adapter without any description is fine", async () => {
  const device = await open({ gpu: fakeGPU({}).gpu });
  expect(device.adapter).toEqual({ vendor: "", architecture: "", device: "", description: "", isSoftware: false });
});

test("navigator.gpu is used where no gpu is given", async () => {
  const { gpu, requests } = fakeGPU({});
  vi.stubGlobal("navigator", { gpu });
  await open();
  expect(requests).toHaveLength(1);
});

test("a store of choices that cannot be read leaves no device behind", async () => {
  const made = fakeDevice();
  const { gpu } = fakeGPU({ device: async () => made.gpu });
  const store = (text: () => Promise<string>) => ({ load: text, save: async () => undefined });
  const cause = new Error("no database here");
  await expect(open({ gpu, choices: { store: store(() => Promise.reject(cause)) } })).rejects.toBe(cause);
  expect(made.isDestroyed).toBe(true);
  await expect(open({ gpu, choices: { store: store(async () => "<html>") } })).rejects.toThrow("Choices.load");
});

test("limits that a browser does not tell are the defaults", () => {
  const told: Partial<GPUSupportedLimits> = { maxBufferSize: 12345 };
  expect(readLimits(told as GPUSupportedLimits)).toEqual({ ...DEFAULT_LIMITS, maxBufferSize: 12345 });
});

test("the current device is the one opened, wrapped or named last", async () => {
  const first = await open({ gpu: fakeGPU({}).gpu });
  expect(currentDevice()).toBe(first);
  const second = wrap(fakeDevice().gpu);
  expect(currentDevice()).toBe(second);
  useDevice(first);
  expect(currentDevice()).toBe(first);
});
