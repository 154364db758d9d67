import { ReportFormatError } from "./errors";
import type { Report } from "./report";

/** What must be there, and of which type, for a file to be shown and compared. */
const FIELDS = { device: "string", software: "boolean", date: "string", runtime: "string", clock: "string" } as const;
const ROW_TEXTS = ["name", "shape", "pass"] as const;
const ROW_NUMBERS = [
  ...["ms", "n", "gflops", "gbs", "roofline", "dispatches", "submits", "buffers", "bindGroups"],
  ...["jsMs", "firstMs", "deviceBytes"],
];

/**
 * Reads what `--out` or the page's export wrote.
 * @param name of the file, for the error
 * @throws ReportFormatError if it is something else
 */
export function parseReport(text: string, name: string): Report {
  const value = parseJson(text, name);
  expectReport(value, name);
  return value;
}

function expectReport(value: unknown, name: string): asserts value is Report {
  if (!isRecord(value)) throw wrong(name, "it should be an object");
  for (const [field, type] of Object.entries(FIELDS)) {
    // a run that does not say whether it was on a GPU cannot be shown
    if (typeof value[field] !== type) throw wrong(name, `${field} should be a ${type}`);
  }
  if (!isRecord(value.roofline)) throw wrong(name, "roofline should be an object");
  if (!Array.isArray(value.failures)) throw wrong(name, "failures should be an array");
  if (!Array.isArray(value.rows)) throw wrong(name, "rows should be an array");
  for (const [index, row] of value.rows.entries()) expectRow(row, name, `rows[${index}]`);
}

function expectRow(row: unknown, name: string, at: string): void {
  if (!isRecord(row)) throw wrong(name, `${at} should be an object`);
  for (const field of ROW_TEXTS) {
    if (typeof row[field] !== "string") throw wrong(name, `${at}.${field} should be a string`);
  }
  for (const field of ROW_NUMBERS) {
    if (!Number.isFinite(row[field])) throw wrong(name, `${at}.${field} should be a number`);
  }
  if (!isNumbers(row.samples)) throw wrong(name, `${at}.samples should be numbers`);
  if (!isNumbers(row.spread)) throw wrong(name, `${at}.spread should be two numbers`);
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isFinite(one));
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReportFormatError(`${name} should be JSON as --out writes it but is not.`, { cause });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(name: string, why: string): ReportFormatError {
  return new ReportFormatError(`${name} should be a run as --out writes it, but ${why}.`);
}
