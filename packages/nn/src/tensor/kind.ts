/** What a value is, as errors say it: "a Promise", "a Tensor", "undefined". */
export function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  const kind = "assertUsable" in Object(value) ? "Tensor" : Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AO]/.test(kind) ? "an" : "a"} ${kind}`;
}
