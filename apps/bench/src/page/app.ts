import type { OpenOptions } from "@unroll/kernels";
import { selectCases } from "../cases";
import { formatRate } from "../format";
import { deviceLabel, guarded, isSoftware } from "../label";
import { parseReport } from "../parse-report";
import { type Report, type Roofline, toJson } from "../report";
import { runBench } from "../run-bench";
import type { Metric } from "./bars";
import { barChart } from "./chart";
import { element } from "./dom";
import { Form } from "./form";
import { runtimeName } from "./runtime";
import type { Stored } from "./stored";
import { comparisonTable, countOf, rowsTable, summaryTables } from "./tables";

/** The page: what to measure, how far that has come, and what came out, beside a stored run if one was chosen. */
export class App {
  readonly #opening: OpenOptions;
  readonly #stored: readonly Stored[];
  readonly #form: Form;
  readonly #status = element("p", { role: "status", class: "muted" }, "Nothing has been measured yet.");
  readonly #results = element("div");
  #metric: Metric = "roofline";
  #now: Report | null = null;
  #before: Report | null = null;
  #isRunning = false;
  #isStopped = false;

  constructor(root: HTMLElement, stored: readonly Stored[], opening: OpenOptions = {}) {
    this.#opening = opening;
    this.#stored = stored;
    this.#form = new Form(stored, {
      run: () => void this.#guard(() => this.#run()),
      stop: () => {
        this.#isStopped = true;
        this.#say("Stopping after this row.");
      },
      exportRun: () => this.#export(),
      compareStored: (name) => void this.#guard(() => this.#compareStored(name)),
      compareFile: (file) => void this.#guard(() => this.#compareFile(file)),
      showMetric: (metric) => {
        this.#metric = metric;
        this.#show();
      },
    });
    root.replaceChildren(
      element("h1", {}, "Unroll bench"),
      element(
        "p",
        { class: "muted" },
        "Measures kernels, layers and training steps on this device, beside what the device can do at best. Everything runs in this page; nothing is sent anywhere.",
      ),
      this.#form.node,
      this.#status,
      this.#results,
    );
    this.#acceptDrops(root);
  }

  async #run(): Promise<void> {
    const { families, filter, quick } = this.#form.choice;
    if (families.length === 0) {
      this.#say("Choose what to measure first.");
      return;
    }
    this.#isRunning = true;
    this.#isStopped = false;
    this.#enable();
    let done = 0;
    try {
      if ((await selectCases({ families, filter, quick })).length === 0) {
        this.#say(`No name matches ${filter}.`);
        return;
      }
      this.#say("Measuring what the device can do …");
      const report = await runBench({
        families,
        filter,
        quick,
        open: this.#opening,
        runtime: runtimeName(navigator.userAgent),
        isStopped: () => this.#isStopped,
        onStart: (head, total) => {
          this.#now = { ...head, rows: [], failures: [] };
          this.#show();
          this.#say(`none of ${countOf(total)} yet`);
        },
        onRow: async (row) => {
          this.#now?.rows.push(row);
          this.#show();
          this.#say(`${countOf(++done)}: ${row.name} ${row.shape} ${row.pass}`);
          await painted();
        },
        onFailure: (failure) => {
          this.#now?.failures.push(failure);
          this.#show();
        },
      });
      this.#now = report;
      this.#say(`${this.#isStopped ? "Stopped" : "Done"}: ${countOf(report.rows.length)}.`);
    } finally {
      this.#isRunning = false;
      this.#enable();
      this.#show();
    }
  }

  #show(): void {
    const now = this.#now ?? this.#before;
    const before = this.#now && this.#before;
    if (!now) {
      this.#results.replaceChildren();
      return;
    }
    const parts: (Node | string)[] = [device(now)];
    if (before) parts.push(element("h2", {}, "Against the stored run"), device(before), comparisonTable(now, before));
    if (now.rows.length > 0) {
      parts.push(element("h2", {}, "Rows"), rowsTable(now), ...summaryTables(now));
      parts.push(element("h2", {}, "Chart"), barChart(now, before, this.#metric));
    }
    for (const { name, shape, pass, message } of now.failures) {
      parts.push(element("p", { class: "failure" }, `${name} ${shape} ${pass}: ${message}`));
    }
    this.#results.replaceChildren(...parts);
    guarded(now, this.#results.textContent ?? "");
  }

  async #compareStored(name: string): Promise<void> {
    this.#before = (await this.#stored.find((one) => one.name === name)?.load()) ?? null;
    this.#show();
  }

  async #compareFile(file: File): Promise<void> {
    this.#before = parseReport(await file.text(), file.name);
    this.#say(`Compared with ${file.name}.`);
    this.#show();
  }

  #export(): void {
    if (!this.#now) return;
    const json = toJson(this.#now);
    const url = URL.createObjectURL(new Blob([json], { type: "application/json" }));
    const name =
      deviceLabel(this.#now)
        .split(" · ")[0]
        ?.replace(/[^\w.-]+/g, "-") ?? "device";
    element("a", { href: url, download: `${name}-${this.#now.date.slice(0, 10)}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000); // the download has begun by then
  }

  #acceptDrops(root: HTMLElement): void {
    root.addEventListener("dragover", (event) => {
      event.preventDefault();
      root.classList.add("dropping");
    });
    root.addEventListener("dragleave", () => root.classList.remove("dropping"));
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      root.classList.remove("dropping");
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void this.#guard(() => this.#compareFile(file));
    });
  }

  #enable(): void {
    this.#form.enable({ isRunning: this.#isRunning, hasRun: this.#now !== null });
  }

  #say(text: string): void {
    this.#status.textContent = text;
    this.#status.className = "muted";
  }

  /** What goes wrong is said where the user looks. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#status.textContent = error instanceof Error ? error.message : String(error);
      this.#status.className = "failure";
    }
  }
}

/** What a run was on, and what that can do at best. */
function device(report: Report): HTMLElement {
  const { gflops, gflopsHalf, gbs, dispatchUs, submitUs, readbackUs }: Roofline = report.roofline;
  const facts = [
    ["peak", `${formatRate(gflops)} GFLOP/s`],
    ...(gflopsHalf === null ? [] : [["peak in f16", `${formatRate(gflopsHalf)} GFLOP/s`]]),
    ["copy", `${formatRate(gbs)} GB/s`],
    ["dispatch", `${formatRate(dispatchUs)} µs`],
    ["submission", `${formatRate(submitUs)} µs`],
    ["readback", `${formatRate(readbackUs)} µs`],
  ] as const;
  return element(
    "div",
    {},
    element("p", { class: isSoftware(report) ? "label" : "" }, deviceLabel(report)),
    element("p", { class: "muted" }, `${report.runtime}, ${report.date.slice(0, 16).replace("T", " ")} UTC`),
    element(
      "dl",
      { class: "facts" },
      ...facts.map(([name = "", value = ""]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
    ),
  );
}

/** When the browser has drawn what the page holds now. A hidden page draws nothing, and is not waited for. */
function painted(): Promise<void> {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
