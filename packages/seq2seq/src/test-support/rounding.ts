/**
 * Sums of at most 32 products run over k in the same order either way; what differs is how expressions of one
 * elementwise kernel are contracted: a few ulp of values below 4, carried through T steps.
 */
export const ROUNDING = { absolute: 64 * 2 ** -24 };
