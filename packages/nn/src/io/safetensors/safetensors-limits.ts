/** How much of a file the reader accepts before it looks at any value. Raise one to read a file that needs more. */
export interface SafetensorsLimits {
  /** Bytes of the JSON header. The format itself stops at 100,000,000. */
  readonly headerBytes: number;
  /** Tensors, and as many entries of metadata. */
  readonly tensors: number;
  /** UTF-8 bytes of a tensor's name as the header spells it. */
  readonly nameBytes: number;
  /** Axes of a tensor. */
  readonly rank: number;
  /** Extent of one axis. */
  readonly extent: number;
  /** Bytes of all tensors once decoded; U8 values, for one, come out four times as large. */
  readonly decodedBytes: number;
}

/** Where a call gives no limits: large enough for any model that a page can hold, too small to exhaust its memory. */
export const DEFAULT_SAFETENSORS_LIMITS: SafetensorsLimits = {
  headerBytes: 10_000_000,
  tensors: 65_536,
  nameBytes: 1024,
  rank: 8,
  extent: 2 ** 31,
  decodedBytes: 2 ** 32,
};

/** What to do when a limit refuses a file. */
export const LIMIT_REMEDY = "Pass a higher limit if the file is to be trusted.";

/** What to do when a file ends before it should. */
export const TRUNCATED = "The file is truncated or is not safetensors; fetch or write it again.";
