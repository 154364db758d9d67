/** What masks a score: a softmax makes exactly 0 of it, and zeros where all are masked. −∞ would make NaN. */
export const MASKED = -1e30;
