import { expect, test } from "vitest";
import { problemOf } from "./check-values";
import { choice, defaultsOf, type Settings, whole } from "./settings";

const modules = import.meta.glob<{ readonly settings: Settings }>("../pages/**/settings.ts", { eager: true });

test("a GPU begins with what its settings say, a software adapter with the smaller", () => {
  const settings = {
    cell: choice("Cell", ["rnn", "gru"], "gru"),
    hidden: whole("Units", { from: 1, to: 64, value: 8, onGPU: 32 }),
    layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  };
  expect(defaultsOf(settings, { isSoftware: true })).toEqual({ cell: "gru", hidden: 8, layers: 1 });
  expect(defaultsOf(settings, { isSoftware: false })).toEqual({ cell: "gru", hidden: 32, layers: 1 });
});

test.each(Object.entries(modules))("%s begins with values that it takes", (_, { settings }) => {
  for (const isSoftware of [true, false]) {
    const values = defaultsOf(settings, { isSoftware });
    for (const [name, setting] of Object.entries(settings)) expect(problemOf(setting, values[name])).toBeNull();
  }
});
