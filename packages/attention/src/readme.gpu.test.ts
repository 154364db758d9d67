import { expect, test, vi } from "vitest";

test("the README's model learns to count as it stands: the loss starts near ln 10, and the digits come in order", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // a software adapter says that it is one
  const printed: unknown[][] = [];
  vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => void printed.push(values));
  await import("virtual:readme-example/attention");
  vi.restoreAllMocks();
  const [first, second, made] = printed as [[number, number], [number, number], [number[]]];
  expect(Math.abs(first[1] - Math.log(10))).toBeLessThan(0.2);
  expect(second[1]).toBeLessThan(0.5);
  expect(made[0]).toEqual([4, 5, 6, 7, 8, 9, 0, 1, 2]);
});
