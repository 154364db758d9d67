/** Stands for ln 0, and for the rank of a beam that is none: −∞ would make NaN of a product with 0. */
export const LOG_ZERO = -1e30;

/** A number at or below this stands for ln 0 too, whatever was added to it. */
export const MOST_LOG_ZERO = -1e29;
