import { ValueError } from "@unroll/kernels";

/**
 * The length of the reference that is closest to the hypothesis in length, the shorter of two that are.
 * @throws ValueError if there is no reference
 */
export function closestReferenceLength(referenceLengths: readonly number[], hypothesisLength: number): number {
  const [first, ...others] = referenceLengths;
  if (first === undefined) {
    const facts = { what: "referenceLengths", expected: "at least one", received: "empty" };
    throw new ValueError({ where: "closestReferenceLength", ...facts });
  }
  return others.reduce((best, length) => {
    const [nearer, near] = [Math.abs(length - hypothesisLength), Math.abs(best - hypothesisLength)];
    return nearer < near || (nearer === near && length < best) ? length : best;
  }, first);
}

/** BP = 1 where c ≥ r, else e^(1 − r/c): what is too short gains precision for nothing (Papineni et al. 2002). 0 of nothing. */
export function brevityPenalty(referenceLength: number, hypothesisLength: number): number {
  if (hypothesisLength >= referenceLength) return 1;
  return hypothesisLength === 0 ? 0 : Math.exp(1 - referenceLength / hypothesisLength);
}
