import { expectClose, type GoldenTensor, ToleranceError } from "@unroll/testing";
import type { CaseReport, CheckReport } from "./protocol";

/** |actual − expected| ≤ absolute + relative·|expected|. */
export type Tolerance = { readonly absolute: number; readonly relative: number };

/** For cases that state none: what the golden files' own description asks for. */
export const DEFAULT_TOLERANCE: Tolerance = { absolute: 1e-5, relative: 1e-5 };

/** One output that was computed, beside what the case states for it. */
export type Check = {
  readonly what: string;
  readonly actual: { readonly shape: readonly number[]; readonly data: ArrayLike<number> };
  readonly expected: GoldenTensor;
  readonly tolerance: Tolerance;
};

/** A case that the packages cannot express yet; its message says why. It is neither passed nor failed. */
export class UnsupportedCase extends Error {
  override readonly name = "UnsupportedCase";
}

/** Compares one output. Another shape, or a number that is NaN where none was expected, is a mismatch. */
export function check({ what, actual, expected, tolerance }: Check): CheckReport {
  const { absolute, relative } = tolerance;
  const isSameShape =
    actual.shape.length === expected.shape.length &&
    actual.shape.every((extent, axis) => extent === expected.shape[axis]);
  if (!isSameShape || actual.data.length !== expected.data.length) {
    const message = `${what}: [${expected.shape.join(", ")}] was expected but [${actual.shape.join(", ")}] came.`;
    return { what, ok: false, error: null, absolute, relative, message };
  }
  try {
    const { worst } = expectClose(what, actual.data, expected.data, { ...tolerance, shape: expected.shape });
    return { what, ok: true, error: worst, absolute, relative, message: null };
  } catch (cause) {
    if (!(cause instanceof ToleranceError)) throw cause;
    const { worst } = cause.difference;
    return {
      what,
      ok: false,
      error: Number.isFinite(worst) ? worst : null,
      absolute,
      relative,
      message: cause.message,
    };
  }
}

type Named = { readonly family: string; readonly name: string };

/** The report of a case that ran: passed only if something was compared and all of it agreed. */
export function judge(named: Named, checks: readonly Check[]): CaseReport {
  const reports = checks.map(check);
  const [worst] = reports.toSorted(
    (a, b) => Number(a.ok) - Number(b.ok) || (b.error ?? Infinity) - (a.error ?? Infinity),
  );
  if (!worst) return failed(named, new Error("The runner compared nothing with the numbers of the case."));
  const { ok, error, absolute, relative, message } = worst;
  return {
    ...named,
    status: ok ? "passed" : "failed",
    error,
    absolute,
    relative,
    reason: message,
    stack: null,
    checks: reports,
  };
}

/** The report of a case that threw: unsupported if it said so itself, failed otherwise. */
export function failed(named: Named, cause: unknown): CaseReport {
  const nothing = { error: null, absolute: null, relative: null, checks: [] };
  if (cause instanceof UnsupportedCase) {
    return { ...named, ...nothing, status: "unsupported", reason: cause.message, stack: null };
  }
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return {
    ...named,
    ...nothing,
    status: "failed",
    reason: `${error.name}: ${error.message}`,
    stack: error.stack ?? null,
  };
}
