/** A number as a reader wants it: three digits that say something. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size >= 0.001 || size === 0) return String(Number(value.toPrecision(3)));
  return value.toExponential(1);
}

export function formatPercent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** Bytes in the unit that fits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${formatNumber(bytes / 1024)} KiB`;
  return `${formatNumber(bytes / 1024 ** 2)} MiB`;
}
