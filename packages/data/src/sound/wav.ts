import { excerpt, expectOneOf, expectOptions, expectWhole, kindOf, remedyFor } from "../checks";
import { SignalError, WavError } from "../errors";
import { CODINGS, describeFormat, EXTENSIBLE, FLOAT, PCM, type SampleFormat, SUBTYPE } from "./wav-format";

/** A recording. */
export interface Sound {
  /** Samples a second. */
  sampleRate: number;
  /** The samples of each channel, from −1 to 1; left before right. */
  channels: Float32Array<ArrayBuffer>[];
}

/** A writer in a stream does not know the size yet and puts this. */
const UNKNOWN_SIZE = 0xffffffff;
const HEADER = 44;

/**
 * Reads a WAVE file: PCM of 8, 16, 24 or 32 bits, or floating point of 32 or 64, also as WAVE_FORMAT_EXTENSIBLE, with any
 * number of channels. Whole numbers of b bits are divided by 2^(b−1); 64-bit samples are rounded to 32.
 *
 * @throws WavError if it is no WAVE file, is cut off, or of another coding, whose code the error names
 */
export function readWav(file: ArrayBuffer | Uint8Array): Sound {
  const view = viewOf(file);
  if (view.byteLength < 12 || text(view, 0) !== "RIFF" || text(view, 8) !== "WAVE") {
    const actual = view.byteLength < 12 ? `${view.byteLength} bytes` : excerpt(text(view, 0) + text(view, 8));
    refuse("a file that starts with RIFF and WAVE", actual, 0, "Pass the bytes of a .wav file.");
  }
  let format: Format | undefined;
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const [name, size] = [text(view, at), view.getUint32(at + 4, true)];
    const start = at + 8;
    const rest = view.byteLength - start;
    if (size > rest && !(name === "data" && size === UNKNOWN_SIZE)) {
      refuse(`${size} bytes of ${excerpt(name)}`, `${rest}: the file is cut off`, start, "Read the whole file.");
    }
    if (name === "fmt ") format = readFormat(view, start, size);
    if (name === "data") {
      if (!format) refuse("a format (fmt) before the samples (data)", "none", at, "Write the file anew.");
      return readSamples(view, start, size === UNKNOWN_SIZE ? rest : size, format);
    }
    at = start + size + (size % 2); // chunks start at even bytes
  }
  return refuse("samples (a chunk called data)", "none", view.byteLength, "Read the whole file.");
}

function viewOf(file: ArrayBuffer | Uint8Array): DataView {
  if (ArrayBuffer.isView(file)) return new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(file))) return new DataView(file);
  const hasBytes = typeof (Object(file) as Record<string, unknown>).arrayBuffer === "function";
  throw new WavError({
    where: "readWav",
    expected: "the bytes of a file, an ArrayBuffer or a Uint8Array",
    actual: kindOf(file),
    remedy: hasBytes ? "Pass await response.arrayBuffer()." : (remedyFor(file) ?? "Pass the bytes of a .wav file."),
  });
}

type Format = { coding: SampleFormat; channels: number; sampleRate: number };

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) refuse("at least 16 bytes of format", String(size), at, "Write the file anew.");
  const [channels, sampleRate] = [view.getUint16(at + 2, true), view.getUint32(at + 4, true)];
  const [blockBytes, bits] = [view.getUint16(at + 12, true), view.getUint16(at + 14, true)];
  const tag = view.getUint16(at, true);
  const code = tag === EXTENSIBLE ? subFormat(view, at, size) : tag;
  const coding = codingOf(code, bits);
  if (!coding) {
    const what = code === PCM || code === FLOAT ? `${describeFormat(code)} of ${bits} bits` : describeFormat(code);
    throw new WavError({
      where: "readWav",
      expected: "PCM (1) of 8, 16, 24 or 32 bits or floating point (3) of 32 or 64",
      actual: what,
      remedy: "Convert the file, with ffmpeg -i in.wav -c:a pcm_s16le out.wav say.",
      byte: at,
      formatCode: code,
    });
  }
  if (channels < 1 || sampleRate < 1) {
    refuse("a channel and a sample rate", `${channels} and ${sampleRate}`, at + 2, "Write the file anew.");
  }
  const expected = channels * CODINGS[coding].bytes;
  if (blockBytes !== expected) {
    refuse(
      `${expected} bytes for the ${channels} samples of a moment`,
      String(blockBytes),
      at + 12,
      "Write the file anew.",
    );
  }
  return { coding, channels, sampleRate };
}

/** The code that WAVE_FORMAT_EXTENSIBLE stands for, from the first two bytes of its sub-format. */
function subFormat(view: DataView, at: number, size: number): number {
  if (size < 40) refuse("40 bytes of extensible format", String(size), at, "Write the file anew.");
  const isKnown = SUBTYPE.every((byte, index) => view.getUint8(at + 26 + index) === byte);
  return isKnown ? view.getUint16(at + 24, true) : EXTENSIBLE;
}

function codingOf(code: number, bits: number): SampleFormat | undefined {
  const name = `${code === PCM ? "pcm" : code === FLOAT ? "float" : ""}${bits}`;
  return Object.keys(CODINGS).find((known): known is SampleFormat => known === name);
}

function readSamples(view: DataView, start: number, size: number, { coding, channels, sampleRate }: Format): Sound {
  const { bytes, read } = CODINGS[coding];
  const count = Math.floor(size / (bytes * channels));
  const sound: Sound = { sampleRate, channels: Array.from({ length: channels }, () => new Float32Array(count)) };
  for (const [index, samples] of sound.channels.entries()) {
    for (let t = 0; t < count; t++) samples[t] = read(view, start + (t * channels + index) * bytes);
  }
  return sound;
}

/**
 * Writes a WAVE file. Whole numbers are rounded to the nearest; what lies beyond −1 and 1 is clipped.
 *
 * @param options.format "pcm16" when absent
 * @throws SignalError if there is no channel, they differ in length, or the sample rate is no whole number
 */
export function writeWav(
  { sampleRate, channels }: Sound,
  options: { format?: SampleFormat } = {},
): Uint8Array<ArrayBuffer> {
  expectOptions(SignalError, "writeWav", options, ["format"]);
  const { format = "pcm16" } = options;
  expectOneOf(SignalError, "writeWav", { format }, Object.keys(CODINGS));
  expectWhole(SignalError, "writeWav", { sampleRate }, { most: UNKNOWN_SIZE });
  expectWhole(SignalError, "writeWav", { "channels.length": channels.length }, { most: 0xffff });
  const count = channels[0]?.length ?? 0;
  if (channels.some(({ length }) => length !== count)) {
    throw new SignalError({
      where: "writeWav",
      expected: `${count} samples in every channel, as in the first`,
      actual: channels.map(({ length }) => length).join(", "),
      remedy: "Fill up the shorter channels with zeros.",
    });
  }
  const { bytes, write } = CODINGS[format];
  const block = bytes * channels.length;
  const size = count * block;
  const view = new DataView(new ArrayBuffer(HEADER + size + (size % 2)));
  for (const [at, name] of [
    [0, "RIFF"],
    [8, "WAVE"],
    [12, "fmt "],
    [36, "data"],
  ] as const) {
    for (let index = 0; index < 4; index++) view.setUint8(at + index, name.charCodeAt(index));
  }
  view.setUint32(4, view.byteLength - 8, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, format.startsWith("float") ? FLOAT : PCM, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * block, true);
  view.setUint16(32, block, true);
  view.setUint16(34, 8 * bytes, true);
  view.setUint32(40, size, true);
  for (const [index, samples] of channels.entries()) {
    for (const [t, sample] of samples.entries()) write(view, HEADER + t * block + index * bytes, sample);
  }
  return new Uint8Array(view.buffer);
}

/** The mean of all channels. */
export function toMono({ channels }: Sound): Float32Array<ArrayBuffer> {
  const [first] = channels;
  if (!first) return new Float32Array(0);
  if (channels.length === 1) return first;
  return first.map((_, t) => channels.reduce((sum, samples) => sum + (samples[t] ?? 0), 0) / channels.length);
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

function refuse(expected: string, actual: string, byte: number, remedy: string): never {
  throw new WavError({ where: "readWav", expected, actual: `${actual} at byte ${byte}`, remedy, byte });
}
