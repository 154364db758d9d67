import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PageError, StalledPageError } from "./errors";
import { type Json, runPage } from "./run-page";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unroll-page-"));
});

afterAll(() => rm(directory, { recursive: true }));

/** Runs a page that holds this script; its messages end the run when one is an object with `done`. */
async function run(
  script: string,
  options: { stallMs?: number; timeoutMs?: number; args?: string[]; url?: string } = {},
) {
  await writeFile(join(directory, "index.html"), `<!doctype html><script type="module">${script}</script>`);
  const messages: Json[] = [];
  const logs: string[] = [];
  const result = await runPage<Json>({
    directory,
    input: { seed: 42 },
    stallMs: 20_000,
    ...options,
    onLog: (level, text) => logs.push(`${level}: ${text}`),
    onMessage: (message, finish) => {
      messages.push(message);
      if (typeof message === "object" && message !== null && "done" in message) finish(message.done);
      return "noted";
    },
  });
  return { result, messages, logs };
}

const slow = { timeout: 60_000 };

test("input goes in, messages and replies pass, logs are heard, and the page has an adapter", slow, async () => {
  const { result, messages, logs } = await run(`
    console.warn("look");
    const reply = await unrollSend({ seed: unrollInput.seed });
    await unrollSend({ reply });
    unrollSend({ done: (await navigator.gpu.requestAdapter()) !== null });`);
  expect(result).toBe(true);
  expect(messages).toEqual([{ seed: 42 }, { reply: "noted" }, { done: true }]);
  expect(logs).toEqual(["warn: look"]);
});

test("what the page throws, also in a promise, ends the run", slow, async () => {
  await expect(run(`throw new TypeError("no such gate");`)).rejects.toThrow(/The page threw: .*no such gate/s);
  await expect(run(`Promise.reject(new Error("late"));`)).rejects.toThrow(PageError);
});

test("a page that is not there ends the run", slow, async () => {
  await expect(run("", { url: "none.html" })).rejects.toThrow("the answer was 404");
});

test("a crash of the page ends the run", slow, async () => {
  const tinyHeap = { args: ["--js-flags=--max-old-space-size=16"] };
  const script = `const kept = []; while (true) kept.push(new Array(10_000).fill(kept.length / 3));`;
  await expect(run(script, tinyHeap)).rejects.toThrow("The page crashed");
});

test("silence ends the run, even while the page's thread hangs", slow, async () => {
  const started = performance.now();
  await expect(run("while (true);", { stallMs: 1_500 })).rejects.toThrow(StalledPageError);
  expect(performance.now() - started).toBeLessThan(15_000);
});

test("a GPU dispatch that never ends is killed with its browser", slow, async () => {
  const endless = `
    const device = await (await navigator.gpu.requestAdapter()).requestDevice();
    const code = "@group(0) @binding(0) var<storage, read_write> a: array<u32>;" +
      "@compute @workgroup_size(1) fn main() { while (a[0] < 5u) { a[1] += 1u; } }";
    const buffer = device.createBuffer({ size: 8, usage: GPUBufferUsage.STORAGE });
    const compute = { module: device.createShaderModule({ code }) };
    const pipeline = device.createComputePipeline({ layout: "auto", compute });
    const entries = [{ binding: 0, resource: { buffer } }];
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(1);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await unrollSend("submitted");
    await device.queue.onSubmittedWorkDone();
    unrollSend({ done: true });`;
  await expect(run(endless, { stallMs: 3_000 })).rejects.toThrow(StalledPageError);
});

test("a run past its time ends, however much the page says", slow, async () => {
  const chatty = `setInterval(() => unrollSend("still here"), 50);`;
  await expect(run(chatty, { timeoutMs: 1_500 })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[StalledPageError: The page should finish within 1500 ms but has not. Raise timeoutMs or give it less to do.]`,
  );
});
