import { samples } from "virtual:samples";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { claimsChecked } from "./claim";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // a software adapter says that it is one
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  return () => vi.restoreAllMocks();
});

describe.each(samples)("$name", ({ name, run }) => {
  test("runs as it stands, and what it claims of what it prints is so", async () => {
    claimsChecked();
    await run();
    expect(claimsChecked(), `${name} should claim something: console.log(value); // above 0.9`).toBeGreaterThan(0);
  });
});
