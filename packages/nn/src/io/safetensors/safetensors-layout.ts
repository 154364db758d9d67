/** Bytes before the header: its length, as a little-endian u64. */
export const PREFIX_BYTES = 8;

/** The key of the header that holds metadata rather than a tensor. */
export const METADATA_KEY = "__metadata__";
