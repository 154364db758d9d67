import { DTypeError, ValueError } from "@unroll/kernels";
import type { Tensor } from "./tensor";

/** What a value is, as errors say it: "a Promise", "a Tensor", "undefined". */
export function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  const kind = "assertUsable" in Object(value) ? "Tensor" : Object.prototype.toString.call(value).slice(8, -1);
  return `${/^[AIO]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** A number or a word as it is, of anything else what it is. */
export function said(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.length < 32 ? JSON.stringify(value) : kindOf(value);
}

/** Throws: a value given by name is not what it should be. */
export function refuseValue(
  where: string,
  named: Readonly<Record<string, unknown>>,
  expected: string,
  remedy?: string,
): never {
  const [[what, value]] = Object.entries(named) as [[string, unknown]];
  throw new ValueError({ where, what, expected, received: said(value), remedy });
}

/** JavaScript passes anything: arrays, promises, and what a layer returned as a whole. @throws DTypeError unless it is a tensor */
export function expectTensor(where: string, what: string, value: unknown): void {
  const fields = Object(value);
  if ("shape" in fields && "dtype" in fields) return;
  const kind = kindOf(value);
  const names = kind === "an Object" ? Object.keys(fields).slice(0, 4).join(", ") : "";
  throw new DTypeError({
    where,
    what,
    expected: "a Tensor",
    received: names ? `an object with ${names}` : kind,
    remedy: "output" in fields ? "Pass its .output." : undefined,
  });
}

/** @throws ValueError unless it is an array, DTypeError unless it is one of tensors */
export function expectTensors(where: string, tensors: readonly Tensor[], what = "tensors"): void {
  if (!Array.isArray(tensors)) refuseValue(where, { [what]: tensors }, "an array of tensors");
  for (const each of tensors) expectTensor(where, what, each);
}
