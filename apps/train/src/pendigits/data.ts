import { readJsonLines } from "@unroll/data";
import { DataFileError, dataFiles } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { resample, type Strokes } from "./resample";

/** A digit, and its points as `resample` gives them. */
export type Digit = { digit: number; points: number[] };

/** What the model knows beside its weights: nothing. */
export type DigitFacts = { classes: number };

/** The share of a training file that is held out: its end, so that neighbours in the file are not on both sides. */
const HELD_OUT = 0.1;

/**
 * Digits of files with a JSON value per line, `{"d": digit, "s": [stroke [[x, y], …], …]}`.
 * @throws DataFileError with the line, if one is of another form
 */
export async function readDigits(path: string): Promise<Digit[]> {
  const digits: Digit[] = [];
  for (const file of await dataFiles(path, (name) => name.endsWith(".jsonl"), "train.jsonl.gz")) {
    let item = 0;
    for await (const value of readJsonLines(file.source, { gzip: file.gzip })) {
      item++;
      if (!isDigit(value)) {
        throw new DataFileError(
          `${file.path}: item ${item} should be {"d": 0 to 9, "s": [[[x, y], …], …]} with a point or more but is ` +
            `${JSON.stringify(value).slice(0, 60)}. Correct it or leave it out.`,
        );
      }
      digits.push({ digit: value.d, points: resample(value.s) });
    }
  }
  return digits;
}

/** The digits to train on, the last tenth of them held out. */
export async function loadDigits(path: string): Promise<LoadedData<Digit, DigitFacts>> {
  const digits = await readDigits(path);
  const held = Math.floor(digits.length * (1 - HELD_OUT));
  return { facts: { classes: 10 }, train: digits.slice(0, held), dev: digits.slice(held) };
}

function isDigit(value: unknown): value is { d: number; s: Strokes } {
  if (typeof value !== "object" || value === null || !("d" in value) || !("s" in value)) return false;
  const { d, s } = value;
  if (!(typeof d === "number" && Number.isInteger(d) && d >= 0 && d <= 9 && Array.isArray(s))) return false;
  const points: unknown[] = s.flat(1);
  return points.length > 0 && points.every(isPoint);
}

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((at) => typeof at === "number");
}
