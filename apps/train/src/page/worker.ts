import { adapterName, open } from "@unroll/kernels";
import type { PageMessage, Start } from "../protocol";
import { browserVersion } from "./browser-version";
import { failureOf } from "./failure";
import { pageTasks } from "./tasks";

const send = (message: PageMessage): void => postMessage(message);

/** Opens a device, fetches what the task trains on, runs it, and sends what came of it. */
async function run({ task, limits, inputUrl }: Start): Promise<void> {
  const pageTask = pageTasks[task];
  if (!pageTask)
    throw new RangeError(`worker: task should be one of ${Object.keys(pageTasks).join(", ")} but is ${task}.`);
  const device = await open({ limits, onWarning: (text) => send({ kind: "warning", text }) });
  const { adapter } = device;
  const surroundings = {
    adapter: adapterName(adapter),
    isSoftware: adapter.isSoftware,
    browser: await browserVersion(navigator),
  };
  send({ kind: "surroundings", surroundings });
  const response = await fetch(inputUrl);
  if (!response.ok) throw new Error(`worker: ${inputUrl} should load but the answer was ${response.status}.`);
  const input: unknown = await response.json();
  const result = await pageTask(input, send);
  device.dispose();
  send({ kind: "result", result });
}

addEventListener("message", ({ data }: MessageEvent<Start>) => {
  run(data).catch((error: unknown) => send({ kind: "failure", failure: failureOf(error) }));
});
