/** Maps numbers of a domain to pixels, and knows round numbers to label. */
export interface LinearScale {
  (value: number): number;
  readonly domain: readonly [low: number, high: number];
  /** Round numbers inside the domain, ascending. */
  readonly ticks: readonly number[];
}

/** How far a quotient such as 0.3 / 0.1 may lie beside a whole number and still count as one. */
const ROUNDING = 1e-9;

/**
 * A linear scale from `domain` to `range`.
 *
 * @param options.count about how many ticks to have
 * @param options.nice whether the domain is widened so that it ends on ticks
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  { count = 6, nice = false }: { count?: number; nice?: boolean } = {},
): LinearScale {
  const [first, last] = domain;
  const step = tickStep(last - first, count);
  const low = nice ? Math.floor(first / step + ROUNDING) * step : first;
  const high = nice ? Math.ceil(last / step - ROUNDING) * step : last;
  const pixels = (range[1] - range[0]) / (high - low || 1);
  const scale = (value: number) => range[0] + (value - low) * pixels;
  return Object.assign(scale, { domain: [low, high] as const, ticks: ticksBetween(low, high, step) });
}

/** The step 1, 2 or 5 times a power of ten that cuts `span` into at most about `count` pieces. */
function tickStep(span: number, count: number): number {
  if (!(span > 0)) return 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * (1 - ROUNDING)) ?? 10;
  return factor * power;
}

function ticksBetween(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - ROUNDING);
  const last = Math.floor(high / step + ROUNDING);
  // Multiplying by a whole number and rounding keeps 3·0.1 from being 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}
