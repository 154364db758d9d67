import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SOFTWARE_LABEL } from "../label";
import { parseReport } from "../parse-report";
import { type Report, toJson } from "../report";
import { makeReport, makeRow, onSoftware } from "../test-support/report";
import { main } from "./main";

const folder = mkdtempSync(join(tmpdir(), "unroll-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command whose measuring gives `report`. */
async function run(args: readonly string[], report: Report | Error = makeReport([makeRow(10)])) {
  const text = { out: "", err: "" };
  const status = await main(args, {
    stdout: { write: (more) => (text.out += more) },
    stderr: { write: (more) => (text.err += more) },
    pageDirectory: folder,
    signal: AbortSignal.abort(),
    run: async () => {
      if (report instanceof Error) throw report;
      return report;
    },
  });
  return { status, ...text };
}

/** The run as it is written, figures to five digits. */
const written: Report = JSON.parse(toJson(makeReport([makeRow(10)])));

/** An earlier run's file. */
function earlier(report: Report): string {
  const file = join(folder, "old.json");
  writeFileSync(file, JSON.stringify(report));
  return file;
}

test("a table for people, one line of JSON for machines", async () => {
  const table = await run([]);
  expect(table).toMatchObject({ status: 0, err: "" });
  expect(table.out).toContain("Some GPU");

  const json = await run(["--json"]);
  expect(json.err).toContain("Some GPU");
  expect(json.out.trimEnd().split("\n")).toHaveLength(1);
  expect(parseReport(json.out, "stdout")).toEqual(written);
});

test("--out writes the same JSON, into a folder that need not be there", async () => {
  const file = join(folder, "new", "run.json");
  expect((await run(["--out", file])).status).toBe(0);
  expect(parseReport(readFileSync(file, "utf8"), file)).toEqual(written);
});

test.each([
  { ms: 12, threshold: "1.1", status: 1, why: "slower beyond the threshold" },
  { ms: 12, threshold: "1.3", status: 0, why: "slower within it" },
  { ms: 10.5, threshold: "1.1", status: 0, why: "slower by less" },
  { ms: 5, threshold: "1.1", status: 0, why: "faster" },
])("compared with 10 ms, $ms ms beyond $threshold: status $status ($why)", async ({ ms, threshold, status }) => {
  const old = earlier(makeReport([makeRow(10)]));
  const result = await run(["--compare", old, "--threshold", threshold], makeReport([makeRow(ms)]));
  expect(result.status).toBe(status);
  expect(result.out).toContain(`${(ms / 10).toFixed(2)}x`);
});

test("a median far off with an interval that reaches the old one is no failure", async () => {
  const samples = [8, 9, 9, 9, 9, 9, 30, 30, 30, 30, 30, 30, 9, 30, 30];
  const old = earlier(makeReport([makeRow(10)]));
  expect((await run(["--compare", old], makeReport([makeRow(30, { samples })]))).status).toBe(0);
});

test("a row that could not be measured fails the run and says why", async () => {
  const failure = { name: "GRU", shape: "B1", pass: "step" as const, message: "ShapeError: no" };
  const result = await run([], makeReport([makeRow(10)], { failures: [failure] }));
  expect(result.status).toBe(1);
  expect(result.out).toContain("FAILED GRU B1 step: ShapeError: no");
});

test("every output of a software adapter says so", async () => {
  const report = makeReport([makeRow(10)], onSoftware);
  const file = join(folder, "software.json");
  const old = earlier(report);
  // a device's own name says "(software)" at best; the label is added here
  const { out, err } = await run(["--json", "--out", file, "--compare", old], {
    ...report,
    device: `${report.device} · ${SOFTWARE_LABEL}`,
  });
  for (const text of [out, err, readFileSync(file, "utf8")]) expect(text).toContain(SOFTWARE_LABEL);
});

test("a filter that no row matches is answered with the names that there are", async () => {
  const { status, err } = await run(["--filter", "transformer"]);
  expect(status).toBe(2);
  expect(err).toContain("No row's name matches --filter transformer. There are ");
  expect(err).toContain("char-step-1");
});

test("commands that are not understood have status 2, failures 1", async () => {
  expect((await run(["--colour"])).status).toBe(2);
  expect((await run(["--compare", join(folder, "none.json")])).status).toBe(2);
  const broken = join(folder, "broken.json");
  writeFileSync(broken, "{}");
  expect(await run(["--compare", broken])).toMatchObject({ status: 1, out: "" });
  expect((await run(["--compare", folder])).err).toContain("should be a run's file or a built checkout");
  expect(await run([], new TypeError("ours"))).toMatchObject({ status: 1, out: "" });
});

test("--help and --page need no measuring", async () => {
  expect(await run(["--help"], new Error("measured"))).toMatchObject({ status: 0, err: "" });
  const page = await run(["--page"], new Error("measured"));
  expect(page).toMatchObject({ status: 0, err: "" });
  expect(page.out).toMatch(/^The bench is at http:\/\/127\.0\.0\.1:\d+\/ until/);
});
