import { ValueError } from "@unroll/kernels";
import { expectExtent } from "@unroll/nn";

type Named = Readonly<Record<string, number>>;

/**
 * A number of things of which another is a multiple, each under its name: { keyHeads } of { heads }.
 * @throws ValueError unless it is a positive whole number that divides the other
 */
export function expectDivisor(where: string, divisor: Named, of: Named, remedy?: string): number {
  const [[what, count], [name, whole]] = [divisor, of].map((each) => Object.entries(each)[0]) as [
    [string, number],
    [string, number],
  ];
  expectExtent(where, divisor);
  if (whole % count === 0) return count;
  const expected = `a divisor of ${name}, ${whole},`;
  throw new ValueError({ where, what, expected, received: String(count), ...(remedy ? { remedy } : {}) });
}
