/** How the samples of a WAVE file are written. */
export type SampleFormat = "pcm8" | "pcm16" | "pcm24" | "pcm32" | "float32" | "float64";

export const PCM = 1;
export const FLOAT = 3;
export const EXTENSIBLE = 0xfffe;

/** The bytes 2 to 15 of the sub-formats that stand for a format code (KSDATAFORMAT_SUBTYPE). */
export const SUBTYPE = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71] as const;

const NAMES: Readonly<Record<number, string>> = {
  2: "Microsoft ADPCM",
  6: "A-law",
  7: "μ-law",
  17: "IMA ADPCM",
  49: "GSM 6.10",
  80: "MPEG",
  85: "MP3",
  255: "AAC",
  353: "Windows Media Audio",
};

/** "format 6 (A-law)" */
export function describeFormat(code: number): string {
  const name = NAMES[code];
  return `format ${code}${name === undefined ? "" : ` (${name})`}`;
}

/** How a sample at a byte becomes a number from −1 to 1, and back. */
export interface SampleCoding {
  bytes: number;
  read(view: DataView, at: number): number;
  write(view: DataView, at: number, sample: number): void;
}

/** 1.0 is one step more than the largest whole number that there is, so it is written as that. */
function whole(sample: number, scale: number): number {
  return Math.max(-scale, Math.min(scale - 1, Math.round(sample * scale)));
}

export const CODINGS: Readonly<Record<SampleFormat, SampleCoding>> = {
  pcm8: {
    bytes: 1, // the only one without a sign
    read: (view, at) => (view.getUint8(at) - 128) / 128,
    write: (view, at, sample) => view.setUint8(at, whole(sample, 128) + 128),
  },
  pcm16: {
    bytes: 2,
    read: (view, at) => view.getInt16(at, true) / 2 ** 15,
    write: (view, at, sample) => view.setInt16(at, whole(sample, 2 ** 15), true),
  },
  pcm24: {
    bytes: 3,
    read: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 2 ** 23,
    write(view, at, sample) {
      const value = whole(sample, 2 ** 23);
      view.setUint16(at, value & 0xffff, true);
      view.setInt8(at + 2, value >> 16);
    },
  },
  pcm32: {
    bytes: 4,
    read: (view, at) => view.getInt32(at, true) / 2 ** 31,
    write: (view, at, sample) => view.setInt32(at, whole(sample, 2 ** 31), true),
  },
  float32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, sample) => view.setFloat32(at, sample, true),
  },
  float64: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, sample) => view.setFloat64(at, sample, true),
  },
};
