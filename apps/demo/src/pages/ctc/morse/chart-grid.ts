/** A step by a letter, in both charts: they stand below each other, and a step has its place. */
export const CELL = { width: 18, height: 13 } as const;
/** Room for the letters beside the rows. */
export const LEFT = 30;
