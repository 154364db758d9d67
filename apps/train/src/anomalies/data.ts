import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { DataError, parseCsvColumns } from "@unroll/data";
import { DataFileError } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { probationOf, type Series } from "./series";

/** The model knows nothing beside its weights. */
export type SeriesFacts = Record<string, never>;

const LABELS = "labels.json";
/** The fewest values of the part that is taken to be usual: less shows nothing. */
const LEAST = 100;

type Window = [from: string, to: string];
type Labels = Readonly<Record<string, { anomaly_windows: Window[] }>>;

/** All series of a folder with labels.json: each is learned from at its start, and scored behind that. */
export async function loadSeries(path: string): Promise<LoadedData<Series, SeriesFacts>> {
  const series = await readSeries(path);
  return { facts: {}, train: series, dev: series };
}

/**
 * The series of a folder with labels.json, or one of them: a CSV file below such a folder.
 * @throws DataFileError that names the file, and what of it is not as it should be
 */
export async function readSeries(path: string): Promise<Series[]> {
  const at = resolve(path);
  const info = await stat(at).catch((cause: unknown) => {
    throw new DataFileError(`${path} cannot be read. Give a folder with ${LABELS} and series, or one of them.`, {
      cause,
    });
  });
  const root = await rootOf(info.isDirectory() ? at : dirname(at));
  const labels = await readLabels(root);
  const files = info.isDirectory()
    ? (await readdir(at, { recursive: true })).sort().map((file) => join(at, file))
    : [at];
  const tables = files.filter((file) => file.endsWith(".csv"));
  if (tables.length === 0) throw new DataFileError(`${path} holds no .csv file. Give a folder with series.`);
  return Promise.all(tables.map((file) => readOne(root, file, labels)));
}

/** The folder itself or the one above it that has the labels: names in it are relative to there. */
async function rootOf(folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await readdir(at)).includes(LABELS)) return at;
    if (at === dirname(at)) {
      throw new DataFileError(
        `${folder} and the folders above it have no ${LABELS}. Put it beside the series' folders.`,
      );
    }
  }
}

async function readLabels(root: string): Promise<Labels> {
  const path = join(root, LABELS);
  const refuse = (what: string, cause?: unknown) =>
    new DataFileError(
      `${path}: ${what} should be {"folder/series.csv": {"anomaly_windows": [["2014-04-11 00:00:00", "…"], …]}, …}. Correct it.`,
      { cause },
    );
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw refuse("what it holds", error);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refuse("what it holds");
  for (const [name, entry] of Object.entries(json)) if (!isEntry(entry)) throw refuse(`the entry of ${name}`);
  return json as Labels; // each of its entries was looked at
}

function isEntry(entry: unknown): boolean {
  if (typeof entry !== "object" || entry === null || !("anomaly_windows" in entry)) return false;
  const { anomaly_windows: windows } = entry;
  const isTime = (time: unknown) => typeof time === "string" && Number.isFinite(secondsOf(time));
  return (
    Array.isArray(windows) && windows.every((each) => Array.isArray(each) && each.length === 2 && each.every(isTime))
  );
}

async function readOne(root: string, file: string, labels: Labels): Promise<Series> {
  const name = relative(root, file).split(sep).join("/");
  const label = labels[name];
  if (!label) {
    throw new DataFileError(
      `${basename(file)} should be in ${LABELS} as ${name} but is not. Add it, with [] if it has no anomaly.`,
    );
  }
  const { timestamp, value } = columnsOf(name, await readFile(file, "utf8"));
  const seconds = timestamp.map((time, row) => {
    const at = secondsOf(time);
    if (Number.isFinite(at)) return at;
    throw new DataFileError(
      `${name}: line ${row + 2} should begin with a time such as 2014-04-01 00:05:00 but has ${time}. Correct it.`,
    );
  });
  const late = seconds.findIndex((at, row) => row > 0 && at < (seconds[row - 1] ?? 0));
  if (late >= 0) {
    throw new DataFileError(
      `${name}: line ${late + 2} should be no earlier than the line before it, but is of ${timestamp[late]}. Sort it.`,
    );
  }
  const windows = label.anomaly_windows.map(([from, to]): [number, number] => {
    const [first, last] = [secondsOf(from), secondsOf(to)];
    return [seconds.filter((at) => at < first).length, seconds.filter((at) => at <= last).length];
  });
  const series = { name, seconds, values: Array.from(value), windows };
  if (probationOf(series) < LEAST) {
    throw new DataFileError(
      `${name} should have ${Math.ceil(LEAST / 0.15)} lines or more but has ${seconds.length}. Leave it out.`,
    );
  }
  return series;
}

/** @throws DataFileError that names the file and the line */
function columnsOf(name: string, text: string): { timestamp: string[]; value: Float64Array } {
  try {
    return parseCsvColumns(text, { timestamp: "text", value: "number" });
  } catch (error) {
    if (error instanceof DataError) throw new DataFileError(`${name}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** "2014-04-11 00:00:00", of no time zone. */
const secondsOf = (time: string): number =>
  Date.parse(
    `${time
      .trim()
      .replace(" ", "T")
      .replace(/(\.\d{3})\d*$/, "$1")}Z`,
  ) / 1000;
