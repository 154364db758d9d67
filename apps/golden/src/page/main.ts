import { adapterName, open } from "@unroll/kernels";
import { casesIn } from "../golden-file";
import type { PageMessage, Start } from "../protocol";
import { runCase } from "./run-case";

declare global {
  interface Window {
    /** Put there by the command line before this script runs. */
    readonly unrollInput: Start;
    unrollSend(message: PageMessage): Promise<unknown>;
  }
}

async function runFiles({ files, filter }: Start): Promise<void> {
  const device = await open({ onWarning: () => undefined }); // the adapter's name says that it is software
  await window.unrollSend({ kind: "adapter", name: adapterName(device.adapter) });
  for (const { family, url } of files) {
    const cases = casesIn(url, await (await fetch(url)).text());
    for (const [index, record] of (cases ?? []).entries()) {
      const report = await runCase(family, index, record, filter);
      if (report) await window.unrollSend({ kind: "case", report });
    }
  }
}

try {
  await runFiles(window.unrollInput);
  await window.unrollSend({ kind: "done" });
} catch (cause) {
  const { message, stack = "" } = cause instanceof Error ? cause : new Error(String(cause));
  await window.unrollSend({ kind: "failure", message, stack });
}
