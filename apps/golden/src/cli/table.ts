import type { CaseReport, CheckReport } from "../protocol";

export type Counts = { readonly passed: number; readonly failed: number; readonly unsupported: number };

export function countsOf(reports: readonly CaseReport[]): Counts {
  const count = (status: CaseReport["status"]): number => reports.filter((report) => report.status === status).length;
  return { passed: count("passed"), failed: count("failed"), unsupported: count("unsupported") };
}

const MARKS = { passed: "ok", failed: "FAILED", unsupported: "-" } as const;

/** Reports as a table for the terminal: families one after another, each with its counts. */
export function formatReports(reports: readonly CaseReport[], { verbose = false } = {}): string {
  const families = [...new Set(reports.map(({ family }) => family))];
  const width = Math.max(4, ...reports.map(({ name }) => name.length));
  const blocks = families.map((family) => {
    const own = reports.filter((report) => report.family === family);
    const heading = `${family}: ${formatCounts(countsOf(own))}`;
    return [heading, ...own.flatMap((report) => formatReport(report, width, verbose))].join("\n");
  });
  return [...blocks, `all: ${formatCounts(countsOf(reports))}`].join("\n\n");
}

export function formatCounts({ passed, failed, unsupported }: Counts): string {
  return `${passed} passed, ${failed} failed, ${unsupported} cannot run yet`;
}

function formatReport(report: CaseReport, width: number, verbose: boolean): string[] {
  const { name, status, reason, stack, checks } = report;
  const start = `  ${MARKS[status].padEnd(6)}  ${name.padEnd(width)}`;
  if (status === "unsupported") return [`${start}  cannot run yet: ${reason}`];
  const first = report.absolute === null ? start.trimEnd() : `${start}  ${formatError(report)}`;
  return [
    first,
    ...(reason === null ? [] : [`          ${reason}`]),
    ...(verbose ? checks.map((check) => `          ${check.what}: ${formatError(check)}`) : []),
    ...(verbose && stack !== null ? stack.split("\n").map((line) => `          ${line}`) : []),
  ];
}

type Bounded = Pick<CheckReport, "error"> & Pick<CaseReport, "absolute" | "relative">;

/** "4.2e-8 of 1e-5 + 1e-5·|x|" */
function formatError({ error, absolute, relative }: Bounded): string {
  const bound = relative ? `${short(absolute ?? 0)} + ${short(relative)}·|x|` : short(absolute ?? 0);
  return `${(error === null ? "none" : error.toExponential(1)).padStart(7)} of ${bound}`;
}

/** 1e-5, 7.13e-5, 0 */
function short(value: number): string {
  return value === 0 ? "0" : value.toExponential(2).replace(/\.?0+e/, "e");
}
