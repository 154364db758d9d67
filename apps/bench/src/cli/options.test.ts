import { expect, test } from "vitest";
import { HELP, parseOptions } from "./options";

test("nothing given: everything, in Chrome, as a table", () => {
  expect(parseOptions([])).toEqual({
    filter: undefined,
    runtime: "chrome",
    quick: false,
    budgetMs: undefined,
    limits: "raised",
    choices: "measured",
    compare: undefined,
    threshold: 1.1,
    out: undefined,
    json: false,
    page: false,
    verbose: false,
    help: false,
  });
});

test("values stand after the option or after =", () => {
  const given = ["--filter", "lstm|gru", "--runtime=node", "--budget", "0.5", "--threshold=1.2", "--quick", "--json"];
  expect(parseOptions(given)).toMatchObject({
    filter: "lstm|gru",
    runtime: "node",
    budgetMs: 500,
    threshold: 1.2,
    quick: true,
    json: true,
  });
});

test("what cannot be understood is refused, with what there is", () => {
  const refused = [
    ["--fliter", "x"],
    ["matmul"],
    ["--filter"],
    ["--filter", "--json"],
    ["--filter", "("],
    ["--runtime", "deno"],
    ["--threshold", "0.9"],
    ["--budget", "soon"],
    ["--json=yes"],
  ];
  const messages = refused.map((args) => {
    try {
      return JSON.stringify(parseOptions(args));
    } catch (cause) {
      return String(cause);
    }
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "UsageError: There is no --fliter; there are --filter, --budget, --runtime, --limits, --choices, --compare, --threshold, --out, --quick, --json, --page, --verbose, --help.",
      "UsageError: There is no matmul; there are --filter, --budget, --runtime, --limits, --choices, --compare, --threshold, --out, --quick, --json, --page, --verbose, --help.",
      "UsageError: --filter should be followed by a value.",
      "UsageError: --filter should be followed by a value.",
      "UsageError: --filter should be a regular expression but is (.",
      "UsageError: --runtime should be chrome or node but is deno.",
      "UsageError: --threshold should be a number above 1 but is 0.9.",
      "UsageError: --budget should be a number above 0 but is soon.",
      "UsageError: --json takes no value but got yes.",
    ]
  `);
});

test("help tells every option", () => {
  for (const option of Object.keys(parseOptions([]))) {
    expect(HELP).toContain(`--${option === "budgetMs" ? "budget" : option}`);
  }
});
