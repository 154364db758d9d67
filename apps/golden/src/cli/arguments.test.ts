import { expect, test } from "vitest";
import { parseArguments } from "./arguments";

test("options may stand anywhere", () => {
  const expected = { directory: "dir", filter: "lstm", json: true, verbose: false, help: false };
  expect(parseArguments(["--json", "dir", "--filter", "lstm"])).toEqual(expected);
  expect(parseArguments(["--filter=lstm", "dir", "--json"])).toEqual(expected);
});

test("what cannot be understood is refused, with what there is", () => {
  const refused = [[], ["a", "b"], ["dir", "--fliter", "x"], ["dir", "--filter"]];
  const messages = refused.map((args) => {
    try {
      return parseArguments(args);
    } catch (cause) {
      return String(cause);
    }
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "UsageError: One directory of golden files should be named, but 0 were: npm run golden -- DIR",
      "UsageError: One directory of golden files should be named, but 2 were: npm run golden -- DIR",
      "UsageError: There is no option --fliter; there are --filter, --json, --verbose and --help.",
      "UsageError: --filter should be followed by a text.",
    ]
  `);
});

test("help needs no directory", () => {
  expect(parseArguments(["--help"]).help).toBe(true);
});
