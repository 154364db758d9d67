import { placeOf } from "./tensor";

/** The worst place of a comparison. `worst` is infinite where one side is NaN or infinite and the other is not the same. */
export type Difference = { worst: number; index: number; actual: number; expected: number };

/** What was compared, where, and by how much it missed what bound. */
export class ToleranceError extends Error {
  override readonly name = "ToleranceError";

  constructor(
    readonly what: string,
    readonly difference: Difference,
    readonly bound: number,
    place: string,
    unit: string,
  ) {
    super(
      `${what}: at ${place} ${difference.expected} was expected but ${difference.actual} came, ` +
        `${difference.worst.toPrecision(4)} ${unit} apart where ${bound.toPrecision(4)} is allowed.`,
    );
  }
}

function worstBy(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  distance: (a: number, b: number) => number,
): Difference {
  if (actual.length !== expected.length) {
    throw new RangeError(`${expected.length} elements were expected but ${actual.length} came.`);
  }
  let result: Difference = { worst: 0, index: 0, actual: actual[0] ?? 0, expected: expected[0] ?? 0 };
  for (let index = 0; index < expected.length; index++) {
    const a = actual[index] ?? Number.NaN;
    const b = expected[index] ?? Number.NaN;
    const apart = Object.is(a, b) || a === b ? 0 : distance(a, b);
    const worst = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    if (worst > result.worst) result = { worst, index, actual: a, expected: b };
  }
  return result;
}

/** The largest |actual − expected|. */
export function maxAbsDiff(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  return worstBy(actual, expected, (a, b) => Math.abs(a - b));
}

/** The largest distance in float32 units in the last place: how many float32 numbers lie between the two. */
export function maxUlp(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  const floats = new Float32Array(2);
  const words = new Int32Array(floats.buffer);
  // negative floats order backwards as integers
  const rank = (word: number): number => (word < 0 ? -(word & 0x7fffffff) : word);
  return worstBy(actual, expected, (a, b) => {
    if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY;
    floats[0] = a;
    floats[1] = b;
    return Math.abs(rank(words[0] ?? 0) - rank(words[1] ?? 0));
  });
}

export type CloseOptions = {
  /** Allowed |actual − expected|; 0 when absent. */
  absolute?: number | undefined;
  /** Further allowed per unit of |expected|; 0 when absent. */
  relative?: number | undefined;
  /** Lets the message name the place in each axis. */
  shape?: readonly number[] | undefined;
};

/**
 * Checks |actual − expected| ≤ absolute + relative·|expected| everywhere.
 * @returns the largest |actual − expected|
 * @throws ToleranceError at the element that misses its bound by most
 */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0, shape }: CloseOptions,
): Difference {
  const bound = (b: number): number => absolute + (relative === 0 ? 0 : relative * Math.abs(b));
  const miss = worstBy(actual, expected, (a, b) => Math.abs(a - b) - bound(b));
  if (miss.worst > 0) {
    const allowed = bound(miss.expected);
    const difference = { ...miss, worst: Math.abs(miss.actual - miss.expected) };
    throw new ToleranceError(what, difference, allowed, place(miss.index, shape), "");
  }
  return maxAbsDiff(actual, expected);
}

/**
 * Checks that no element is further than `ulp` float32 numbers from what is expected.
 * @throws ToleranceError at the worst element
 */
export function expectUlp(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { ulp, shape }: { ulp: number; shape?: readonly number[] | undefined },
): Difference {
  const difference = maxUlp(actual, expected);
  if (difference.worst > ulp) throw new ToleranceError(what, difference, ulp, place(difference.index, shape), "ulp");
  return difference;
}

function place(index: number, shape: readonly number[] | undefined): string {
  return shape === undefined ? `element ${index}` : placeOf(index, shape);
}
