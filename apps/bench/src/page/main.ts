import type { PageMessage, Start } from "../protocol";
import { App } from "./app";
import { runDriven } from "./driven";
import { stored } from "./stored";

declare global {
  interface Window {
    /** Put there by the command line before this script runs; nothing where a user opened the page. */
    readonly unrollInput?: Start | null;
    unrollSend?(message: PageMessage): Promise<unknown>;
  }
}

const { unrollInput, unrollSend } = window;
if (unrollInput && unrollSend) await runDriven(unrollInput, unrollSend);
else new App(document.getElementById("app") as HTMLElement, stored);
