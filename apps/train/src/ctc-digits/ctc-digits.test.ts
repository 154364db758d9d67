import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "@unroll/data";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BANDS, featuresOf } from "./features";
import { type Recording, SAMPLE_RATE } from "./recording";
import { loadRecordings, readRecordings } from "./recordings";
import { SpokenPart } from "./spoken-part";
import { stringsToLearn, stringsToScore } from "./strings";
import { touchTones } from "./touch-tones";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-spoken-"));
});
afterEach(() => rm(folder, { recursive: true }));

const tone = (seconds: number, sampleRate = SAMPLE_RATE) =>
  Float32Array.from({ length: seconds * sampleRate }, (_, t) => 0.5 * Math.sin((2 * Math.PI * 440 * t) / sampleRate));

async function recording(path: string, seconds = 0.2, sampleRate = SAMPLE_RATE): Promise<string> {
  const at = join(folder, path);
  await mkdir(join(at, ".."), { recursive: true });
  const signal = tone(seconds, sampleRate);
  await writeFile(at, writeWav({ sampleRate, channels: [signal, signal] }));
  return at;
}

const refusal = async (promise: Promise<unknown>) =>
  promise.then(String, ({ message }: Error) => message.replaceAll(folder, "DIR"));

test("recordings are read by their names, as one channel at one rate, from a folder or the folders in it", async () => {
  await recording("train/7_ann_0.wav");
  await recording("train/0_bob_1.wav", 0.2, 16_000);
  await recording("dev/314_ann_2.wav", 0.5);
  const { train, dev } = await loadRecordings(folder);
  expect(train.map(({ digits, speaker }) => [digits, speaker])).toEqual([
    [[0], "bob"],
    [[7], "ann"],
  ]);
  expect(train.map(({ samples }) => samples.length)).toEqual([1600, 1600]);
  expect(train[1]?.samples[5]).toBe(Math.round((32767 * Math.round(32768 * (tone(0.2)[5] ?? 0))) / 32768));
  expect(dev.map(({ digits }) => digits)).toEqual([[3, 1, 4]]);
  expect(await readRecordings(folder)).toHaveLength(3);
  expect(await readRecordings(join(folder, "train", "7_ann_0.wav"))).toHaveLength(1);
});

test("a file that is no such recording is named", async () => {
  await writeFile(join(folder, "notes.txt"), "");
  expect(await refusal(readRecordings(folder))).toMatchInlineSnapshot(
    `"DIR holds no .wav file. Give a folder of recordings such as 7_jackson_0.wav."`,
  );
  expect(await refusal(readRecordings(join(folder, "none")))).toMatchInlineSnapshot(
    `"DIR/none cannot be read. Give a folder of recordings such as 7_jackson_0.wav, or one."`,
  );
  expect(await refusal(readRecordings(await recording("seven.wav")))).toMatchInlineSnapshot(
    `"seven.wav should be called by its digits, its speaker and a number, such as 7_jackson_0.wav. Rename it or leave it out."`,
  );
  expect(await refusal(readRecordings(await recording("22_ann_0.wav", 0.1)))).toMatchInlineSnapshot(
    `"22_ann_0.wav should last 0.16 s or more, to say 2 of the digits, but lasts 0.100 s. Leave it out."`,
  );
  await writeFile(join(folder, "7_ann_1.wav"), "RIFF");
  expect(await refusal(readRecordings(join(folder, "7_ann_1.wav")))).toMatchInlineSnapshot(
    `"7_ann_1.wav: readWav: expected a file that starts with RIFF and WAVE but got 4 bytes at byte 0. Pass the bytes of a .wav file."`,
  );
});

/** Each digit of each speaker lasts another number of samples, by which it is known again. */
const said = (speaker: string, digit: number): Recording => ({
  ...{ digits: [digit], speaker },
  samples: new Array<number>(1000 + 10 * digit + (speaker === "ann" ? 0 : 5)).fill(digit + 1),
});
const recordings = ["ann", "bob"].flatMap((speaker) => Array.from({ length: 10 }, (_, digit) => said(speaker, digit)));

test("strings to score are the same each time, have each recording as often, of one speaker, and keep every sample", () => {
  const strings = stringsToScore(recordings);
  expect(stringsToScore(recordings)).toEqual(strings);
  const all = strings.flatMap(({ digits }) => digits);
  for (let digit = 0; digit < 10; digit++) expect(all.filter((each) => each === digit)).toHaveLength(8);
  expect(new Set(strings.map(({ digits }) => digits.length)).size).toBeGreaterThan(4);
  for (const { digits, signal } of strings) {
    const lengths = digits.map((digit) => signal.filter((sample) => Math.round(32767 * sample) === digit + 1).length);
    expect(new Set(lengths.map((length) => length % 5)).size).toBe(1);
    const samples = digits.reduce((sum, digit) => sum + said("ann", digit).samples.length, 0);
    expect(signal.length - samples).toBeLessThanOrEqual(digits.length * (0.15 * SAMPLE_RATE + 5));
  }
  const whole: Recording = { ...said("ann", 3), digits: [3, 1, 4] };
  expect(stringsToScore([...recordings, whole]).filter(({ digits }) => String(digits) === "3,1,4")).toHaveLength(1);
});

test("strings to learn from are others in each epoch and seed, short ones first, two beginning with each recording", () => {
  const epoch = (number: number, seed = 0) => stringsToLearn(recordings, { seed, epoch: number });
  expect(epoch(9)).toEqual(epoch(9));
  const digitsOf = (strings: ReturnType<typeof epoch>) => strings.map(({ digits }) => digits);
  expect(digitsOf(epoch(9))).not.toEqual(digitsOf(epoch(10)));
  expect(digitsOf(epoch(9))).not.toEqual(digitsOf(epoch(9, 1)));
  expect(digitsOf(epoch(1)).every(({ length }) => length === 1)).toBe(true);
  expect(Math.max(...digitsOf(epoch(40)).map(({ length }) => length))).toBe(4);
  const begins = digitsOf(epoch(40)).map(([first]) => first);
  for (let digit = 0; digit < 10; digit++) expect(begins.filter((each) => each === digit)).toHaveLength(4);
});

test("what is heard does not depend on loudness, and has a frame each 10 ms", () => {
  const { data, shape } = featuresOf(tone(0.5));
  expect(shape).toEqual([51, BANDS]);
  const soft = featuresOf(tone(0.5).map((sample) => sample / 64)); // a power of two: no bit is lost
  for (const [n, value] of soft.data.entries()) expect(value).toBeCloseTo(data[n] ?? 0, 5);
  expect(featuresOf(new Float32Array(800)).data.every((value) => value === 0)).toBe(true);
});

test("a batch has strings of like length, padded to 64 frames, as many batches as it is said to have", () => {
  const { train } = touchTones();
  const part = new SpokenPart(train.slice(0, 40), 16);
  expect(part.steps).toBe(5);
  const batches = [...part.batches({ seed: 0, epoch: 20 })];
  expect(batches.map((batch) => part.rowsOf(batch))).toHaveLength(5);
  expect(batches.reduce((sum, batch) => sum + part.rowsOf(batch), 0)).toBe(80);
  for (const { x, shape, frames, digits } of batches) {
    const [rows, longest] = shape;
    expect([longest % 64, x.length, digits.length]).toEqual([0, rows * longest * BANDS, rows]);
    for (const [row, count] of frames.entries()) {
      const padding = x.subarray((row * longest + count) * BANDS, (row + 1) * longest * BANDS);
      expect(padding.every((value) => value === 0)).toBe(true);
    }
  }
});

test("the tones of telephones are those of the keys, and no telephone is in both parts", () => {
  const { train, dev } = touchTones();
  expect([train.length, dev.length]).toEqual([240, 80]);
  const speakers = new Set(train.map(({ speaker }) => speaker));
  expect(dev.some(({ speaker }) => speakers.has(speaker))).toBe(false);
  const five = train.find(({ digits }) => digits[0] === 5);
  const strength = (hertz: number) => {
    let [re, im] = [0, 0];
    for (const [t, sample] of (five?.samples ?? []).slice(0, 800).entries()) {
      re += sample * Math.cos((2 * Math.PI * hertz * t) / SAMPLE_RATE);
      im += sample * Math.sin((2 * Math.PI * hertz * t) / SAMPLE_RATE);
    }
    return Math.hypot(re, im);
  };
  const [low, high] = [
    [697, 770, 852, 941],
    [1209, 1336, 1477],
  ].map((tones) => tones.reduce((best, hertz) => (strength(hertz) > strength(best) ? hertz : best)));
  expect([low, high]).toEqual([770, 1336]);
});
