import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DataError, readWav, resample, toMono } from "@unroll/data";
import { DataFileError } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { type Recording, SAMPLE_RATE, type SpokenFacts } from "./recording";

/** What a recording is called: the digits that are said in it, who says them, and which of theirs it is. */
const NAME = /^(\d+)_([^_]+)_\w+\.wav$/i;
/** The shortest sound that a digit could be, in seconds: five steps of the network. */
const SHORTEST = 0.08;

/**
 * Recordings of a file, or of all `.wav` files of a folder, or where it has none, of the folders in it.
 * @throws DataFileError that names a file which is no such recording, or says that there is none
 */
export async function readRecordings(path: string): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const file of await waveFiles(resolve(path))) recordings.push(await readRecording(file));
  return recordings;
}

/** The recordings of the folder `train` to learn from, and those of `dev`. */
export async function loadRecordings(path: string): Promise<LoadedData<Recording, SpokenFacts>> {
  const [train, dev] = await Promise.all(["train", "dev"].map((part) => readRecordings(join(path, part))));
  return { facts: {}, train: train ?? [], dev: dev ?? [] };
}

async function waveFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new DataFileError(`${path} cannot be read. Give a folder of recordings such as 7_jackson_0.wav, or one.`, {
      cause,
    });
  });
  if (!info.isDirectory()) return [path];
  const isWave = (name: string) => name.toLowerCase().endsWith(".wav");
  const names = (await readdir(path)).sort();
  const folders = names.some(isWave) ? [] : await readdir(path, { recursive: true });
  const files = [...names.filter(isWave), ...folders.filter(isWave).sort()];
  if (files.length > 0) return files.map((name) => join(path, name));
  throw new DataFileError(`${path} holds no .wav file. Give a folder of recordings such as 7_jackson_0.wav.`);
}

async function readRecording(path: string): Promise<Recording> {
  const name = basename(path);
  const [, digits = "", speaker = ""] = NAME.exec(name) ?? [];
  if (digits === "") {
    throw new DataFileError(
      `${name} should be called by its digits, its speaker and a number, such as 7_jackson_0.wav. Rename it or leave it out.`,
    );
  }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new DataFileError(`${path} cannot be read. Give a file that is there.`, { cause });
  });
  const signal = samplesOf(name, bytes);
  const seconds = signal.length / SAMPLE_RATE;
  if (seconds < SHORTEST * digits.length) {
    throw new DataFileError(
      `${name} should last ${(SHORTEST * digits.length).toFixed(2)} s or more, to say ${digits.length} of the digits, ` +
        `but lasts ${seconds.toFixed(3)} s. Leave it out.`,
    );
  }
  return { digits: Array.from(digits, Number), speaker, samples: Array.from(signal, to16Bits) };
}

/** One channel at the rate that the network hears. @throws DataFileError that names the file */
function samplesOf(name: string, bytes: Uint8Array): Float32Array {
  try {
    const sound = readWav(bytes);
    return resample(toMono(sound), sound.sampleRate, SAMPLE_RATE);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataFileError(`${name}: ${error.message}`, { cause: error });
  }
}

const to16Bits = (sample: number): number => Math.round(32767 * Math.max(-1, Math.min(1, sample)));
