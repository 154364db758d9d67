import { expect, test, vi } from "vitest";

test("the README's cell trains as it stands: the loss starts near ln 2 and falls", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // a software adapter says that it is one
  const printed: [step: number, loss: number][] = [];
  vi.spyOn(console, "log").mockImplementation((step: number, loss: number) => void printed.push([step, loss]));
  await import("virtual:readme-example/nn");
  vi.restoreAllMocks();
  expect(printed.map(([step]) => step)).toEqual([0, 50, 100, 150]);
  const losses = printed.map(([, loss]) => loss);
  expect(Math.abs((losses[0] as number) - Math.LN2)).toBeLessThan(0.15);
  expect(losses.at(-1)).toBeLessThan(0.25);
});
