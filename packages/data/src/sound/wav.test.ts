import { describe, expect, test } from "vitest";
import { SignalError, WavError } from "../errors";
import { caught } from "../test-support/outcomes";
import { readWav, toMono, writeWav } from "./wav";
import type { SampleFormat } from "./wav-format";

const sound = {
  sampleRate: 8000,
  channels: [Float32Array.of(0, 0.5, -1, 0.25, 1), Float32Array.of(0.1, -0.2, 0.3, 1, -0.9)],
};

/** A file with a format chunk of one's own; `format` is its bytes as 16-bit words, little-endian. */
function fileOf(format: readonly number[], data: readonly number[], { dataSize = data.length, before = "" } = {}) {
  const words = format.flatMap((word) => [word & 255, word >> 8]);
  const size = (bytes: number) => [bytes & 255, (bytes >> 8) & 255, (bytes >> 16) & 255, bytes >>> 24];
  const text = (name: string) => [...name].map((letter) => letter.charCodeAt(0));
  const chunks = [...text("fmt "), ...size(words.length), ...words, ...text(before)];
  const body = [...text("WAVE"), ...chunks, ...text("data"), ...size(dataSize), ...data];
  return Uint8Array.from([...text("RIFF"), ...size(body.length), ...body]);
}

/** code, channels, rate (low, high), bytes a second (low, high), bytes a moment, bits */
const formatOf = (code: number, channels: number, bits: number) => [
  code,
  channels,
  8000,
  0,
  0,
  0,
  channels * Math.ceil(bits / 8),
  bits,
];

describe("readWav of what writeWav wrote", () => {
  const steps: [SampleFormat, number][] = [
    ["pcm8", 2 ** -7],
    ["pcm16", 2 ** -15],
    ["pcm24", 2 ** -23],
    ["pcm32", 2 ** -24], // float32 has no finer step near 1
    ["float32", 0],
    ["float64", 0],
  ];

  test.each(steps)("as %s is the same within half a step, one at the very top", (format, step) => {
    const read = readWav(writeWav(sound, { format }));
    expect(read.sampleRate).toBe(8000);
    for (const [index, samples] of sound.channels.entries()) {
      for (const [t, sample] of samples.entries()) {
        const bound = sample === 1 ? step : step / 2;
        expect(Math.abs((read.channels[index]?.[t] ?? Number.NaN) - sample)).toBeLessThanOrEqual(bound);
      }
    }
  });

  test("clips what is too loud", () => {
    const read = readWav(writeWav({ sampleRate: 1, channels: [Float32Array.of(2, -2)] }));
    expect([...(read.channels[0] ?? [])]).toEqual([1 - 2 ** -15, -1]);
  });

  test("may be of an odd number of bytes, or lie within other bytes", () => {
    const written = writeWav({ sampleRate: 1, channels: [Float32Array.of(0, 0, 0.5)] }, { format: "pcm8" });
    expect(written.length % 2).toBe(0);
    const around = new Uint8Array(written.length + 10);
    around.set(written, 5);
    expect(readWav(around.subarray(5, 5 + written.length)).channels[0]).toHaveLength(3);
  });
});

describe("readWav", () => {
  test("knows the bytes of each coding", () => {
    expect([...(readWav(fileOf(formatOf(1, 1, 8), [0, 128, 255])).channels[0] ?? [])]).toEqual([-1, 0, 127 / 128]);
    expect([...(readWav(fileOf(formatOf(1, 1, 16), [0, 0x80, 0xff, 0x7f])).channels[0] ?? [])]).toEqual([
      -1,
      1 - 2 ** -15,
    ]);
    const three = [0, 0, 0x80, 0xff, 0xff, 0xff, 1, 0, 0];
    expect([...(readWav(fileOf(formatOf(1, 1, 24), three)).channels[0] ?? [])]).toEqual([-1, -(2 ** -23), 2 ** -23]);
    expect([...(readWav(fileOf(formatOf(1, 1, 32), [0, 0, 0, 0x40])).channels[0] ?? [])]).toEqual([0.5]);
    expect([...(readWav(fileOf(formatOf(3, 1, 32), [0, 0, 0, 0xbf])).channels[0] ?? [])]).toEqual([-0.5]);
  });

  test("reads the channels of a moment beside each other, and other chunks not at all", () => {
    const file = fileOf(formatOf(1, 2, 8), [128, 0, 128, 0], { before: "LIST\u0003\u0000\u0000\u0000abc\u0000" });
    expect(readWav(file).channels).toEqual([Float32Array.of(0, 0), Float32Array.of(-1, -1)]);
  });

  test("reads WAVE_FORMAT_EXTENSIBLE", () => {
    const subtype = [1, 0, 0, 0x0010, 0x0080, 0xaa00, 0x3800, 0x719b];
    const file = fileOf([0xfffe, 1, 8000, 0, 0, 0, 2, 16, 22, 16, 4, 0, ...subtype], [0, 0x40]);
    expect([...(readWav(file).channels[0] ?? [])]).toEqual([0.5]);
    const other = fileOf([0xfffe, 1, 8000, 0, 0, 0, 2, 16, 22, 16, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0]);
    expect(caught(() => readWav(other))).toMatchObject({ formatCode: 0xfffe });
  });

  test("reads to the end where a stream could not know the size", () => {
    expect(readWav(fileOf(formatOf(1, 1, 8), [128, 0, 0], { dataSize: 0xffffffff })).channels[0]).toHaveLength(3);
  });

  test("names the code of a coding that it does not read", () => {
    expect(() => readWav(fileOf(formatOf(7, 1, 8), [0]))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected PCM (1) of 8, 16, 24 or 32 bits or floating point (3) of 32 or 64 but got format 7 (μ-law). Convert the file, with ffmpeg -i in.wav -c:a pcm_s16le out.wav say.]`,
    );
    expect(caught(() => readWav(fileOf(formatOf(85, 1, 0), [0])))).toMatchObject({ formatCode: 85, byte: 20 });
    expect(() => readWav(fileOf(formatOf(1, 1, 12), [0, 0]))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected PCM (1) of 8, 16, 24 or 32 bits or floating point (3) of 32 or 64 but got format 1 of 12 bits. Convert the file, with ffmpeg -i in.wav -c:a pcm_s16le out.wav say.]`,
    );
    expect(caught(() => readWav(fileOf(formatOf(3, 1, 16), [0, 0])))).toMatchObject({ formatCode: 3 });
  });

  test("names the byte where a file breaks off or contradicts itself", () => {
    expect(() => readWav(new Uint8Array(3))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected a file that starts with RIFF and WAVE but got 3 bytes at byte 0. Pass the bytes of a .wav file.]`,
    );
    expect(() => readWav(new TextEncoder().encode("<!doctype html>"))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected a file that starts with RIFF and WAVE but got "<!doe ht" at byte 0. Pass the bytes of a .wav file.]`,
    );
    expect(() => readWav(writeWav(sound).subarray(0, 50))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected 20 bytes of "data" but got 6: the file is cut off at byte 44. Read the whole file.]`,
    );
    expect(() => readWav(fileOf([1, 1, 8000, 0, 0, 0, 4, 16], [0, 0]))).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected 2 bytes for the 1 samples of a moment but got 4 at byte 32. Write the file anew.]`,
    );
    expect(() => readWav(fileOf(formatOf(1, 0, 16), []))).toThrow(WavError);
    expect(() => readWav(fileOf([1, 1], []))).toThrow(WavError);
    const noData = writeWav(sound).slice(0, 36);
    expect(() => readWav(noData)).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected samples (a chunk called data) but got none at byte 36. Read the whole file.]`,
    );
    const noFormat = Uint8Array.from([...noData.slice(0, 12), ...new TextEncoder().encode("data\0\0\0\0")]);
    expect(() => readWav(noFormat)).toThrowErrorMatchingInlineSnapshot(
      `[WavError: readWav: expected a format (fmt) before the samples (data) but got none at byte 12. Write the file anew.]`,
    );
  });
});

test("toMono is the mean of the channels", () => {
  expect([...toMono({ sampleRate: 1, channels: [Float32Array.of(1, 0), Float32Array.of(0, -1)] })]).toEqual([
    0.5, -0.5,
  ]);
  expect(toMono({ sampleRate: 1, channels: [] })).toHaveLength(0);
});

test("writeWav refuses channels that are none or differ in length", () => {
  const channels = [new Float32Array(2), new Float32Array(3)];
  expect(() => writeWav({ sampleRate: 8000, channels })).toThrowErrorMatchingInlineSnapshot(
    `[SignalError: writeWav: expected 2 samples in every channel, as in the first but got 2, 3. Fill up the shorter channels with zeros.]`,
  );
  expect(() => writeWav({ sampleRate: 8000, channels: [] })).toThrow(SignalError);
  expect(() => writeWav({ sampleRate: 0.5, channels })).toThrow(SignalError);
});
