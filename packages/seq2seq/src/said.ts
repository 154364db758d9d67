/** What a value is, as errors say it. */
export function said(value: unknown): string {
  if (typeof value === "string")
    return `the text ${JSON.stringify(value.length > 32 ? `${value.slice(0, 31)}…` : value)}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object" || value === null) return String(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AIO]/.test(kind) ? "an" : "a"} ${kind}`;
}
