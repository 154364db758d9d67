import { expect, test } from "vitest";
import { browserVersion } from "./browser-version";

const hints = (...brands: string[]) => ({
  userAgent: "Mozilla/5.0 Chrome/156.0.0.0",
  userAgentData: {
    getHighEntropyValues: async () => ({
      fullVersionList: brands.map((brand) => ({ brand, version: "156.0.8078.79" })),
    }),
  },
});

test("a browser is called by its own name, not the made-up one beside it", async () => {
  expect(await browserVersion(hints("Not;A=Brand", "Chromium"))).toBe("Chromium 156.0.8078.79");
  expect(await browserVersion(hints("Chromium", "Not(A:Brand", "Google Chrome"))).toBe("Google Chrome 156.0.8078.79");
});

test("without client hints the user agent must do", async () => {
  expect(await browserVersion({ userAgent: "Mozilla/5.0 Firefox/150.0" })).toBe("Mozilla/5.0 Firefox/150.0");
});
