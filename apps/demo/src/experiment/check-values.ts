import type { Setting, Settings, Values } from "./settings";

/** What is wrong with a value, in words; null if it is in order. */
export function problemOf(setting: Setting, value: unknown): string | null {
  if (setting.kind === "choice") {
    return setting.options.includes(String(value)) ? null : `should be one of ${setting.options.join(", ")}`;
  }
  if (setting.kind === "text") return setting.problem(String(value ?? ""));
  const { from, to, step } = setting;
  if (typeof value !== "number" || !Number.isFinite(value)) return `should be a number from ${from} to ${to}`;
  if (value < from || value > to) return `should be from ${from} to ${to}`;
  return step === 1 && !Number.isInteger(value) ? "should be a whole number" : null;
}

/** Values as they were kept, where they still fit the settings; those that do not are the defaults. */
export function valuesFrom<S extends Settings>(settings: S, kept: unknown): Values<S> {
  const found = (typeof kept === "object" && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(settings).map(([name, setting]) => {
    return [name, problemOf(setting, found[name]) === null ? found[name] : setting.value];
  });
  return Object.fromEntries(entries) as Values<S>;
}
