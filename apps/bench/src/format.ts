/** Milliseconds with three digits that mean something: "0.0123", "4.56", "1234". */
export function formatMs(ms: number): string {
  return digits(ms);
}

/** A rate with three digits: "0.12", "45.6", "1234". */
export function formatRate(rate: number): string {
  return rate === 0 ? "-" : digits(rate);
}

/** "45 %" */
export function formatShare(share: number): string {
  return `${share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

/** "1.5 MiB" */
export function formatBytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  if (value >= 1) return value.toFixed(2);
  return value.toPrecision(3).replace(/e.*$/, "") === "0.00" ? "0" : Number(value.toPrecision(3)).toString();
}
