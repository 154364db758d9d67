import { UnsupportedError } from "@unroll/kernels";

/** How often a model is traced: two points fix a line, the third tells whether it is one. */
export const TRACES = 3;

/**
 * Extents that a name takes, trace by trace: primes, so that products and sums of them are told apart, and in one of the
 * traces twice a prime, so that what a model does with odd extents alone is seen to be another thing with even ones.
 */
const SIZES: readonly (readonly number[])[] = [
  [101, 134, 151],
  [103, 137, 166],
  [118, 139, 157],
  [109, 146, 167],
  [113, 127, 178],
];

/** How many axes may be open. */
export const MOST_NAMES = SIZES.length;

/** The extent that the name of place `index` has in a trace. */
export const sizeInTrace = (index: number, trace: number): number => SIZES[index]?.[trace] ?? 0;

/** scale · ∏ names + offset; without names a number. */
export interface Extent {
  readonly scale: number;
  readonly names: readonly string[];
  readonly offset: number;
}

export const fixed = (value: number): Extent => ({ scale: 0, names: [], offset: value });

/** Whether it is one open extent as it is. */
export const isOpen = ({ names, scale, offset }: Extent): boolean => names.length === 1 && scale === 1 && offset === 0;

/** "batch", "2·batch·time + 1". */
export function formatExtent({ scale, names, offset }: Extent): string {
  if (names.length === 0) return String(offset);
  const product = [...(scale === 1 ? [] : [String(scale)]), ...names].join("·");
  return offset === 0 ? product : `${product} ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`;
}

/**
 * What an extent is in terms of the names, from its value in each trace.
 * @throws UnsupportedError if it is no such expression
 */
export function extentOf(where: string, what: string, names: readonly string[], values: readonly number[]): Extent {
  const [first = 0, second = 0, third = 0] = values;
  if (first === second && second === third) return fixed(first);
  for (const product of productsOf(names.length)) {
    const [a = 0, b = 0, c = 0] = Array.from({ length: TRACES }, (_, trace) =>
      product.reduce((size, index) => size * sizeInTrace(index, trace), 1),
    );
    const scale = (second - first) / (b - a);
    const offset = first - scale * a;
    if (!Number.isInteger(scale) || scale * c + offset !== third) continue;
    return { scale, offset, names: product.map((index) => names[index] as string) };
  }
  throw new UnsupportedError({
    where,
    what: `${what} is no whole multiple of a product of ${names.join(", ")}, nor that plus a number`,
    remedy: "Give such an axis a fixed extent in inputs.",
  });
}

/** Every choice of names, those of fewer first. */
function productsOf(count: number): number[][] {
  const all = Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    Array.from({ length: count }, (_, index) => index).filter((index) => ((bits + 1) >> index) & 1),
  );
  return all.sort((a, b) => a.length - b.length);
}
