import type { FaultKind } from "@unroll/data";

export const KINDS: readonly FaultKind[] = ["spike", "flat", "noise", "frequency"];

const NAMES: Readonly<Record<FaultKind, string>> = {
  spike: "a spike",
  flat: "a stretch that stands still",
  noise: "a stretch of noise",
  frequency: "a stretch that swings too fast",
};

/** A kind of fault in words; null is none. */
export const nameOf = (kind: FaultKind | null): string => (kind ? NAMES[kind] : "no fault");
