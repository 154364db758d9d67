import { FAMILIES, type Family, familyNames } from "../cases";
import { METRICS, type Metric, metricNames } from "./bars";
import { element } from "./dom";
import type { Stored } from "./stored";

/** What the user chose to measure. */
export interface Choice {
  readonly families: readonly Family[];
  readonly filter: string | undefined;
  readonly quick: boolean;
}

export interface FormEvents {
  run(): void;
  stop(): void;
  exportRun(): void;
  compareStored(name: string): void;
  compareFile(file: File): void;
  showMetric(metric: Metric): void;
}

/** The page's controls. */
export class Form {
  readonly node: HTMLFormElement;
  readonly #families = new Map<Family, HTMLInputElement>();
  readonly #filter = element("input", { type: "text", name: "filter", autocomplete: "off", spellcheck: "false" });
  readonly #quick = element("input", { type: "checkbox", name: "quick", checked: true });
  readonly #run = element("button", { type: "submit", class: "primary" }, "Run");
  readonly #stop: HTMLButtonElement;
  readonly #export: HTMLButtonElement;

  constructor(stored: readonly Stored[], events: FormEvents) {
    for (const family of familyNames) {
      this.#families.set(family, element("input", { type: "checkbox", name: family, checked: family === "models" }));
    }
    this.#stop = element("button", { type: "button", onclick: () => events.stop(), disabled: true }, "Stop");
    this.#export = element(
      "button",
      { type: "button", onclick: () => events.exportRun(), disabled: true },
      "Export JSON",
    );
    const families = [...this.#families].map(([family, input]) => choice(input, FAMILIES[family].title));
    const metric = picker(metricNames.map((name) => [name, METRICS[name].title]));
    metric.addEventListener("change", () => events.showMetric(metric.value as Metric));
    const compare = picker([["", "nothing"], ...stored.map(({ name }): [string, string] => [name, name])]);
    compare.name = "compare";
    compare.addEventListener("change", () => events.compareStored(compare.value));
    const file = element("input", { type: "file", accept: "application/json,.json", name: "file" });
    file.addEventListener("change", () => {
      if (file.files?.[0]) events.compareFile(file.files[0]);
      file.value = ""; // so that choosing it again, after it changed, is a change too
    });
    this.node = element(
      "form",
      {
        class: "panel",
        onsubmit: (event) => {
          event.preventDefault();
          events.run();
        },
      },
      element(
        "fieldset",
        {},
        element("legend", {}, "Measure"),
        ...families,
        choice(this.#quick, "Only the smallest sizes"),
      ),
      element(
        "div",
        { class: "fields" },
        field("Only names that match", this.#filter),
        field("Chart", metric),
        ...(stored.length > 0 ? [field("Compare with", compare)] : []), // there may be none beside this page
        field(stored.length > 0 ? "or with a file, also dropped here" : "Compare with a run’s file", file),
      ),
      element("div", { class: "actions" }, this.#run, this.#stop, this.#export),
    );
  }

  get choice(): Choice {
    const families = [...this.#families].filter(([, { checked }]) => checked).map(([family]) => family);
    return { families, filter: this.#filter.value || undefined, quick: this.#quick.checked };
  }

  /** Lets the user do what makes sense while a run is on, or once there is one. */
  enable({ isRunning, hasRun }: { isRunning: boolean; hasRun: boolean }): void {
    this.#run.disabled = isRunning;
    this.#stop.disabled = !isRunning;
    this.#export.disabled = isRunning || !hasRun;
  }
}

function choice(input: HTMLInputElement, title: string): HTMLElement {
  return element("label", { class: "choice" }, input, title);
}

function field(title: string, control: HTMLElement): HTMLElement {
  return element("label", { class: "field" }, element("span", {}, title), control);
}

function picker(options: readonly (readonly [value: string, title: string])[]): HTMLSelectElement {
  return element("select", {}, ...options.map(([value, title]) => element("option", { value }, title)));
}
