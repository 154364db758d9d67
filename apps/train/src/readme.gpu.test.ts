import { expect, test, vi } from "vitest";

test("the README's example runs as it stands: the loss starts near ln V and falls", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // a software adapter says that it is one
  const printed: [step: number, loss: number][] = [];
  vi.spyOn(console, "log").mockImplementation((step: number, loss: number) => void printed.push([step, loss]));
  await import("virtual:readme-example");
  vi.restoreAllMocks();
  const characters = 27; // the alphabet and the space
  expect(printed.map(([step]) => step)).toEqual([0, 25, 50, 75, 100]);
  const losses = printed.map(([, loss]) => loss);
  expect(Math.abs((losses[0] as number) - Math.log(characters))).toBeLessThan(0.3);
  expect(losses.at(-1)).toBeLessThan(0.2);
});
