/** A run of the cell: what goes in at each step, and what should come out. */
export type Row = {
  /** Added to the memory where x2 is 1. */
  x1: number;
  /** 1 adds, −1 empties the memory, 0 leaves it. */
  x2: number;
  /** Whether the memory comes out: 1 or 0. */
  x3: number;
  y: number;
};

/** The running sum of Hung-yi Lee's lectures on recurrent networks (Machine Learning 2016, lecture 21). */
export const LECTURE: readonly Row[] = [
  [1, 0, 0, 0],
  [3, 1, 0, 0],
  [2, 0, 0, 0],
  [4, 1, 0, 0],
  [2, 0, 0, 0],
  [1, 0, 1, 7],
  [3, -1, 0, 0],
  [6, 1, 0, 0],
  [1, 0, 1, 6],
].map(([x1 = 0, x2 = 0, x3 = 0, y = 0]) => ({ x1, x2, x3, y }));
