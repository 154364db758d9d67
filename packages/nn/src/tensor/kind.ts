/** What a value is, as errors say it: "a Promise", "a Tensor", "undefined". */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const kind = "shape" in value && "dtype" in value ? "Tensor" : Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`;
}
