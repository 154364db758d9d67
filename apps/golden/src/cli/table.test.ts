import { expect, test } from "vitest";
import type { CaseReport } from "../protocol";
import { countsOf, formatReports } from "./table";

const nothing = { error: null, absolute: null, relative: null, reason: null, stack: null, checks: [] };
const reports: CaseReport[] = [
  { ...nothing, family: "rnn", name: "good", status: "passed", error: 4.23e-8, absolute: 1e-5, relative: 1e-5 },
  {
    ...nothing,
    family: "rnn",
    name: "bad",
    status: "failed",
    error: 0.5,
    absolute: 7.13e-5,
    relative: 0,
    reason: "far off",
  },
  { ...nothing, family: "rnn", name: "broken", status: "failed", reason: "TypeError: no" },
  { ...nothing, family: "other", name: "later", status: "unsupported", reason: "no operation later" },
];

test("a case that cannot run yet is no pass", () => {
  expect(countsOf(reports)).toEqual({ passed: 1, failed: 2, unsupported: 1 });
});

test("the table names every case with its error or reason", () => {
  expect(formatReports(reports)).toMatchInlineSnapshot(`
    "rnn: 1 passed, 2 failed, 0 cannot run yet
      ok      good     4.2e-8 of 1e-5 + 1e-5·|x|
      FAILED  bad      5.0e-1 of 7.13e-5
              far off
      FAILED  broken
              TypeError: no

    other: 0 passed, 0 failed, 1 cannot run yet
      -       later   cannot run yet: no operation later

    all: 1 passed, 2 failed, 1 cannot run yet"
  `);
});
