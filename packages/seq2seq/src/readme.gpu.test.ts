import { expect, test, vi } from "vitest";

test("the README's example learns as it stands, finds what it learned, and draws it", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // a software adapter says that it is one
  const printed: unknown[][] = [];
  vi.spyOn(console, "log").mockImplementation((...line: unknown[]) => void printed.push(line));
  await import("virtual:readme-example/seq2seq");
  vi.restoreAllMocks();
  expect(Math.abs((printed[0]?.[1] as number) - Math.log(12))).toBeLessThan(0.3);
  const [, share, , rate] = printed.at(-2) ?? [];
  expect(share).toBeGreaterThan(0.9);
  expect(rate).toBeLessThan(0.1);
  expect(printed.at(-1)?.[0]).toMatch(/^<svg .*<\/svg>$/);
});

test("the README's captioner learns to say what colour a spot has, and draws where it looked", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const printed: unknown[][] = [];
  vi.spyOn(console, "log").mockImplementation((...line: unknown[]) => void printed.push(line));
  await import("virtual:readme-example/seq2seq/captions");
  vi.restoreAllMocks();
  expect(Math.abs((printed[0]?.[1] as number) - Math.log(7))).toBeLessThan(0.4);
  const [said, , wanted] = printed.at(-2) ?? ["nothing"];
  expect(said).toBe(wanted);
  expect(printed.at(-1)?.[0]).toMatch(/^<svg .*<\/svg>$/);
});
