/** A number as a reader wants it: three digits that say something. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return withMinus(Math.round(value).toLocaleString("en"));
  if (size >= 0.001 || size === 0) return withMinus(String(Number(value.toPrecision(3))));
  return withMinus(value.toExponential(1));
}

/** A number with as many digits behind the point, and no sign where all of it is 0. */
export function formatFixed(value: number, digits: number): string {
  return withMinus(value.toFixed(digits).replace(/^-(?=[0.]*$)/, ""));
}

/** A hyphen is no minus sign. */
const withMinus = (text: string): string => text.replaceAll("-", "−");

/** A share in percent; what is more than nothing is not said to be nothing. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Bytes in the unit that fits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${formatNumber(bytes / 1024)} KiB`;
  return `${formatNumber(bytes / 1024 ** 2)} MiB`;
}

/** A symbol as it is shown: a space can be seen. */
export const visible = (symbol: string): string => (symbol === " " ? "␣" : symbol);
