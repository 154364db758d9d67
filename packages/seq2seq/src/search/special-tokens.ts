import { ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";

/** A vocabulary with entries for the start and the end of a sentence, such as `Vocabulary` of @unroll/data. */
export interface EndedVocabulary {
  readonly startId?: number | undefined;
  readonly endId?: number | undefined;
  readonly unknownId?: number | undefined;
  readonly padId?: number | undefined;
}

/**
 * The tokens that search needs, from a vocabulary: `beamSearch(step, state, { ...specialTokens(vocabulary), maxLength })`.
 * Padding and the start are never made; neither is the unknown entry, with `unknown: false`.
 * @throws ValueError if the vocabulary has no start or no end
 */
export function specialTokens(
  vocabulary: EndedVocabulary,
  options: { unknown?: boolean } = {},
): { start: number; end: number; suppress: number[] } {
  expectKnown("specialTokens", options, ["unknown"]);
  const { unknown = true } = options;
  const { startId, endId, unknownId, padId }: EndedVocabulary = vocabulary ?? {};
  if (startId === undefined || endId === undefined) {
    const missing = [startId === undefined ? "start" : "", endId === undefined ? "end" : ""].filter(Boolean);
    throw new ValueError({
      where: "specialTokens",
      what: "the vocabulary",
      expected: "one with entries for start and end",
      received: `without ${missing.join(" and ")}`,
      remedy: "Make it with { start: true, end: true }, and train with targets between the two.",
    });
  }
  const never = [padId, startId, unknown ? undefined : unknownId];
  return { start: startId, end: endId, suppress: never.filter((token) => token !== undefined) };
}
