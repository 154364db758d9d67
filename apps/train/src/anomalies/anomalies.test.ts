import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSeries, readSeries } from "./data";
import { alarmsOf, detect, movingAverageErrors, scoresOf } from "./detector";
import { faultySeries } from "./faults";
import { FEATURES, seen } from "./features";
import { probationOf, type Series } from "./series";
import { LEAD, STEPS, WindowsPart } from "./windows-part";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-series-"));
  await mkdir(join(folder, "real"));
});
afterEach(() => rm(folder, { recursive: true }));

const time = (row: number) => new Date(row * 300_000).toISOString().replace("T", " ").slice(0, 19);
const table = (rows: number, value = (row: number) => String(row)) =>
  `timestamp,value\n${Array.from({ length: rows }, (_, row) => `${time(row)},${value(row)}`).join("\n")}\n`;
const write = (name: string, text: string) => writeFile(join(folder, name), text);
const label = (windows: unknown) =>
  write("labels.json", JSON.stringify({ "real/a.csv": { anomaly_windows: windows } }));

const refusal = async (path = folder) =>
  readSeries(path).then(String, ({ message }: Error) => message.replaceAll(folder, "DIR"));

test("series are read with their windows, all of a folder or one", async () => {
  await label([[`${time(700)}.000000`, time(719)]]);
  await write("real/a.csv", table(1000));
  const { train, dev } = await loadSeries(folder);
  expect(dev).toEqual(train);
  expect(train.map(({ name, windows }) => [name, windows])).toEqual([["real/a.csv", [[700, 720]]]]);
  expect([train[0]?.values[7], train[0]?.seconds[7]]).toEqual([7, 2100]);
  expect(await readSeries(join(folder, "real", "a.csv"))).toEqual(train);
  expect(await readSeries(join(folder, "real"))).toEqual(train);
});

test("what is not as it should be is named with file and line", async () => {
  expect(await refusal(join(folder, "none"))).toMatchInlineSnapshot(
    `"DIR/none cannot be read. Give a folder with labels.json and series, or one of them."`,
  );
  expect(await refusal()).toContain("and the folders above it have no labels.json. Put it beside the series' folders.");
  await label([["yesterday", "today"]]);
  expect(await refusal()).toMatchInlineSnapshot(
    `"DIR/labels.json: the entry of real/a.csv should be {"folder/series.csv": {"anomaly_windows": [["2014-04-11 00:00:00", "…"], …]}, …}. Correct it."`,
  );
  await write("labels.json", "[");
  expect(await refusal()).toContain("labels.json: what it holds should be");
  await label([]);
  expect(await refusal()).toMatchInlineSnapshot(`"DIR holds no .csv file. Give a folder with series."`);
  await write("real/b.csv", table(1000));
  expect(await refusal()).toMatchInlineSnapshot(
    `"b.csv should be in labels.json as real/b.csv but is not. Add it, with [] if it has no anomaly."`,
  );
  await rm(join(folder, "real", "b.csv"));
  await write(
    "real/a.csv",
    table(1000, (row) => (row === 4 ? "high" : "1")),
  );
  expect(await refusal()).toMatchInlineSnapshot(
    `"real/a.csv: parseCsvColumns: expected finite numbers in column "value" but got "high" in line 6. Fill in or leave out the record, or read the column as "text"."`,
  );
  await write("real/a.csv", table(1000).replace(time(5), "noon"));
  expect(await refusal()).toMatchInlineSnapshot(
    `"real/a.csv: line 7 should begin with a time such as 2014-04-01 00:05:00 but has noon. Correct it."`,
  );
  await write("real/a.csv", table(1000).replace(time(5), time(2)));
  expect(await refusal()).toMatchInlineSnapshot(
    `"real/a.csv: line 7 should be no earlier than the line before it, but is of 1970-01-01 00:10:00. Sort it."`,
  );
  await write("real/a.csv", table(100));
  expect(await refusal()).toMatchInlineSnapshot(
    `"real/a.csv should have 667 lines or more but has 100. Leave it out."`,
  );
});

const seriesOf = (values: number[], windows: Series["windows"] = []): Series => ({
  ...{ name: "s", values, windows },
  seconds: values.map((_, t) => 3600 * t),
});

test("what is known of the next value: the one before, the one a week or a day ago, and the time of day", () => {
  const values = Array.from({ length: 1000 }, (_, t) => (t < 150 ? t % 2 : t % 7));
  const { values: scaled, inputs } = seen(seriesOf(values));
  expect([scaled[0], scaled[1], scaled[155]]).toEqual([-1, 1, 1]); // mean and deviation ½ of the first 150
  const at = (t: number) =>
    Array.from(inputs.subarray(t * FEATURES, (t + 1) * FEATURES), (value) => Math.round(1e6 * value) / 1e6 + 0);
  expect(at(0).slice(0, 3)).toEqual([-1, 0, 0]);
  expect(at(22).slice(0, 3)).toEqual([-1, 0, 0]); // the next is of the first day
  expect(at(23).slice(0, 3)).toEqual([1, -1, 1]); // a day before it: the first value
  expect(at(200).slice(0, 3)).toEqual([scaled[200], scaled[201 - 168], 1]);
  expect(at(11).slice(3)).toEqual([0, -1, 0, 1]); // noon
});

test("an alarm is raised where errors are far above those of the start, once for an event", () => {
  const errors = Array.from({ length: 1000 }, (_, t) => 1 + 0.1 * Math.sin(t));
  expect(alarmsOf(errors, 150)).toEqual([]);
  for (const t of [100, 400, 401, 410, 600]) errors[t] = 9;
  errors[100] = 1;
  expect(alarmsOf(errors, 150)).toEqual([400, 600]);
  const series = seriesOf(errors, [
    [20, 60],
    [390, 420],
    [700, 720],
  ]);
  const found = detect(series, errors);
  expect(found).toEqual({ windows: 2, found: 1, alarms: 2, right: 1 });
  expect(scoresOf([found, { windows: 1, found: 1, alarms: 1, right: 1 }])).toEqual({ precision: 2 / 3, recall: 2 / 3 });
  expect(scoresOf([{ windows: 0, found: 0, alarms: 0, right: 0 }])).toEqual({ precision: 0, recall: 0 });
});

test("the moving average is of the values before", () => {
  const errors = movingAverageErrors(Array.from({ length: 30 }, (_, t) => t));
  expect([errors[0], errors[1], errors[2], errors[29]]).toEqual([0, 1, 1.5, 12.5]);
});

test("windows are learned from at the start alone, and judge each value but the first once", () => {
  const series = [seriesOf(Array.from({ length: 1000 }, (_, t) => t)), seriesOf(new Array<number>(700).fill(0))];
  const part = new WindowsPart(series, 4);
  for (const { places } of part.batches({ seed: 0, epoch: 1 })) {
    for (const { series: of, start } of places) {
      expect(start + STEPS + 1).toBeLessThanOrEqual(probationOf(series[of] as Series));
    }
  }
  const judged = series.map(({ values }) => new Uint8Array(values.length));
  for (const { places, x, y } of part.batches()) {
    for (const [row, { series: of, start }] of places.entries()) {
      for (let t = start === 0 ? 0 : LEAD; t < STEPS; t++) judged[of]?.fill(1, start + t + 1, start + t + 2);
      const { values } = part.seen[of] ?? { values: [] };
      expect(x[row * STEPS * FEATURES]).toBe(Math.fround(values[start] ?? 0));
      expect(y[row * STEPS]).toBe(Math.fround(values[start + 1] ?? 0));
    }
  }
  for (const [n, { values }] of series.entries()) {
    expect(judged[n]?.reduce((sum, value) => sum + value, 0)).toBe(values.length - 1);
  }
});

test("the waves have faults behind their start, some in both parts", () => {
  const { train, dev } = faultySeries();
  for (const part of [train, dev]) {
    const faulty = part.filter(({ windows }) => windows.length > 0);
    expect(faulty.length).toBeGreaterThan(1);
    for (const series of faulty) expect(series.windows[0]?.[0]).toBeGreaterThan(probationOf(series));
  }
});
