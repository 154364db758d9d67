import { expect, test } from "vitest";
import { parseReport } from "./parse-report";
import { makeReport, makeRow } from "./test-support/report";

const report = makeReport([makeRow(10)]);

test("what a run writes is read back", () => {
  expect(parseReport(JSON.stringify(report), "run.json")).toEqual(report);
});

test("anything else is refused with what is wrong", () => {
  const [row] = report.rows;
  const wrong = [
    "not JSON",
    "[]",
    "{}",
    JSON.stringify({ ...report, software: undefined }),
    JSON.stringify({ ...report, rows: {} }),
    JSON.stringify({ ...report, rows: [{ ...row, ms: "10" }] }),
    JSON.stringify({ ...report, rows: [{ ...row, samples: [] }] }),
  ];
  const messages = wrong.map((text) => {
    try {
      return JSON.stringify(parseReport(text, "run.json"));
    } catch (cause) {
      return String(cause);
    }
  });
  expect(messages).toMatchInlineSnapshot(`
    [
      "ReportFormatError: run.json should be JSON as --out writes it but is not.",
      "ReportFormatError: run.json should be a run as --out writes it, but it should be an object.",
      "ReportFormatError: run.json should be a run as --out writes it, but device should be a string.",
      "ReportFormatError: run.json should be a run as --out writes it, but software should be a boolean.",
      "ReportFormatError: run.json should be a run as --out writes it, but rows should be an array.",
      "ReportFormatError: run.json should be a run as --out writes it, but rows[0].ms should be a number.",
      "ReportFormatError: run.json should be a run as --out writes it, but rows[0].samples should be numbers.",
    ]
  `);
});
