import { ANY_TOKEN, NOT_THE_END, ShapeError, ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";

/** What every search is told. One of B sources may have a value of its own where a list is taken. */
export interface SearchOptions {
  /** The token before the first, of all sources or of each. */
  start: number | readonly number[];
  /** The token that ends a sequence. */
  end: number;
  /**
   * Tokens to make at most, the end not counted, for all sources or for each. A sequence that is as long must end, at
   * whatever probability the end then has.
   */
  maxLength: number | readonly number[];
  /** Tokens to make at least, the end not counted; 0 by default. */
  minLength?: number;
  /** What the sequences of each source begin with; it counts in their length and their probability. */
  prefixes?: readonly (readonly number[])[];
  /** No n tokens in a row come twice in a sequence, of this n; a forced beginning may. 0 by default. */
  blockNgrams?: number;
  /** Tokens that are never made, but in a forced beginning. */
  suppress?: readonly number[];
  /** Number of sources, where the state has no tensor to tell. */
  sources?: number;
  /** Places of each source, which weights are cut to; those past them are left out of a coverage penalty. */
  sourceLengths?: readonly number[];
  /** Whether to return the attention weights of each token made; false by default. */
  weights?: boolean;
  /** Tokens made for each wait for the device, 8 or more; 8 by default. More make fewer waits, and more steps past the end. */
  stepsPerReadback?: number;
}

// biome-ignore format: a list of words
const KNOWN = ["start", "end", "maxLength", "minLength", "prefixes", "blockNgrams", "suppress", "sources", "sourceLengths", "weights", "stepsPerReadback"];

/**
 * What JavaScript lets pass for a call of a search.
 * @param own names of the options that other searches have not
 * @throws ValueError if the step is no function, or there is no option of a name
 */
export function expectCall(where: string, step: unknown, options: SearchOptions, own: readonly string[]): void {
  if (typeof step !== "function") {
    const [expected, remedy] = ["a function", "Pass model.step, model.start(source)."];
    throw new ValueError({ where, what: "step", expected, received: String(step), remedy });
  }
  expectKnown(where, options, [...own, ...KNOWN]);
}

/** What the loop on the device needs to know. Rows: `beams` of each source. */
export interface Settings {
  readonly where: string;
  readonly sources: number;
  /** Sources side by side that are one to the caller, and to the state. */
  readonly copies: number;
  readonly beams: number;
  readonly groups: number;
  readonly diversity: number;
  /** Of each group, how many of its sequences must be better than any that it may yet find. */
  readonly wanted: number;
  readonly start: readonly number[];
  readonly end: number;
  readonly maxLength: readonly number[];
  readonly minLength: number;
  readonly prefixes: readonly (readonly number[])[];
  readonly ngram: number;
  readonly suppress: readonly number[];
  readonly sourceLengths: readonly number[] | undefined;
  readonly weights: boolean;
  /** Whether the coverage of each ended sequence is reported. */
  readonly coverage: boolean;
  readonly stepsPerReadback: number;
}

/** Steps to a readback: fewer, and the wait for each would cost more than the work. */
const LEAST_STEPS = 8;
/** Tokens are reported as f32, which has all whole numbers below this. */
const MOST_TOKENS = 2 ** 24;

/**
 * @param sources that the state has, if it has tensors
 * @throws ValueError if an option is out of range, or options contradict each other
 * @throws ShapeError if a list has not one entry for each source
 */
export function settingsOf(
  where: string,
  options: SearchOptions,
  sources: number | undefined,
  {
    beams,
    groups,
    diversity,
    wanted,
    coverage,
  }: Pick<Settings, "beams" | "groups" | "diversity" | "wanted" | "coverage">,
): Settings {
  const B = sourcesOf(where, options, sources);
  const {
    end,
    minLength = 0,
    blockNgrams = 0,
    suppress = [],
    weights = false,
    stepsPerReadback = LEAST_STEPS,
  } = options;
  const start = perSource(where, "start", options.start, B);
  const maxLength = perSource(where, "maxLength", options.maxLength, B);
  const prefixes = options.prefixes ?? Array.from({ length: B }, () => []);
  expectCount(where, "prefixes", prefixes, B);
  for (const [what, tokens] of Object.entries({ end: [end], start, suppress, prefixes: prefixes.flat() })) {
    for (const token of tokens) expectWhole(where, `${what}, a token,`, token, 0, MOST_TOKENS - 1);
  }
  for (const most of maxLength) expectWhole(where, "maxLength", most, 1);
  expectWhole(where, "minLength", minLength, 0);
  if (options.blockNgrams !== undefined) expectWhole(where, "blockNgrams", blockNgrams, 1, 64);
  expectWhole(where, "stepsPerReadback", stepsPerReadback, LEAST_STEPS, 256);
  expectLengths(where, minLength, maxLength);
  for (const [source, prefix] of prefixes.entries())
    expectPrefix(where, source, prefix, end, maxLength[source] as number);
  if (suppress.includes(end)) {
    const remedy = "Without it no sequence could end: use minLength to keep sequences going.";
    throw new ValueError({ where, what: "suppress", expected: "without the end token", received: "with it", remedy });
  }
  const { sourceLengths } = options;
  if (sourceLengths) {
    expectCount(where, "sourceLengths", sourceLengths, B);
    for (const [source, length] of sourceLengths.entries()) expectSource(where, source, length);
  }
  const width = { beams, groups, diversity, wanted };
  const given = { where, sources: B, copies: 1, ...width, coverage, start, end, maxLength, minLength };
  return { ...given, prefixes, ngram: blockNgrams, suppress, sourceLengths, weights, stepsPerReadback };
}

/** Each source several times over: all that a source has of its own is each copy's too. */
export function copied(settings: Settings, copies: number): Settings {
  const { sources, start, maxLength, prefixes, sourceLengths } = settings;
  const repeated = <T>(list: readonly T[]): T[] => list.flatMap((each) => new Array<T>(copies).fill(each));
  return {
    ...settings,
    sources: sources * copies,
    copies,
    start: repeated(start),
    maxLength: repeated(maxLength),
    prefixes: repeated(prefixes),
    sourceLengths: sourceLengths && repeated(sourceLengths),
  };
}

/** What each row may go on with at a step: whatever token, one alone, or all but the end. */
export function ordersOf(settings: Settings, step: number): Uint32Array<ArrayBuffer> {
  const { sources, beams, end, maxLength, minLength, prefixes } = settings;
  const orders = Array.from({ length: sources }, (_, source) => {
    const forced = prefixes[source]?.[step];
    if (forced !== undefined) return forced;
    if (step >= (maxLength[source] as number)) return end;
    return step < minLength ? NOT_THE_END : ANY_TOKEN;
  });
  return Uint32Array.from({ length: sources * beams }, (_, row) => orders[Math.floor(row / beams)] as number);
}

/** @throws ValueError if a token that was named is none of V, or there are more than can be told apart */
export function expectVocabulary({ where, end, suppress, prefixes }: Settings, V: number): void {
  expectWhole(where, "the number of tokens", V, 1, MOST_TOKENS);
  for (const [what, tokens] of Object.entries({ end: [end], suppress, prefixes: prefixes.flat() })) {
    const token = tokens.find((each) => each >= V);
    if (token === undefined) continue;
    const remedy = "Make the vocabulary with this token, and the model's output as large as the vocabulary.";
    throw new ValueError({ where, what, expected: `a token from 0 to ${V - 1}`, received: String(token), remedy });
  }
}

/**
 * @param left steps that the model has places for after the first
 * @throws ValueError if the longest sequence takes more
 */
export function expectPlaces({ where, maxLength }: Settings, left: number): void {
  const most = Math.max(...maxLength);
  if (most <= left) return;
  const expected = `at most ${left}, since the model has places for ${left + 1} tokens, the start counted`;
  const remedy = "Lower it, or build the decoder with a greater maxLength.";
  throw new ValueError({ where, what: "maxLength", expected, received: String(most), remedy });
}

/** @throws ValueError unless a number is whole and in range */
export function expectWhole(
  where: string,
  what: string,
  value: number,
  low: number,
  high = 2 ** 31,
  remedy?: string,
): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  const expected = high === 2 ** 31 ? `a whole number from ${low}` : `a whole number from ${low} to ${high}`;
  throw new ValueError({ where, what, expected, received: String(value), ...(remedy ? { remedy } : {}) });
}

function sourcesOf(where: string, { sources }: SearchOptions, counted: number | undefined): number {
  const B = counted ?? sources;
  if (B === undefined) {
    const remedy = "The state has no tensor whose rows could be counted.";
    throw new ValueError({ where, what: "sources", expected: "the number of sources", received: "absent", remedy });
  }
  if (sources !== undefined && sources !== B) {
    throw new ShapeError({ where, what: "the state", expected: `of ${sources} rows`, received: `of ${B}` });
  }
  if (Number.isInteger(B) && B > 0) return B;
  throw new ValueError({ where, what: "sources", expected: "at least one", received: String(B) });
}

function perSource(where: string, what: string, value: number | readonly number[], B: number): readonly number[] {
  if (typeof value === "number" || value === undefined) return new Array<number>(B).fill(value);
  expectCount(where, what, value, B);
  return value;
}

function expectCount(where: string, what: string, list: readonly unknown[], B: number): void {
  if (list.length === B) return;
  throw new ShapeError({ where, what, expected: `${B}, one for each source`, received: String(list.length) });
}

function expectLengths(where: string, minLength: number, maxLength: readonly number[]): void {
  const least = Math.min(...maxLength);
  if (minLength <= least) return;
  const remedy = "Raise maxLength or lower minLength; neither counts the end token.";
  const expected = `at most maxLength = ${least}`;
  throw new ValueError({ where, what: "minLength", expected, received: String(minLength), remedy });
}

function expectPrefix(where: string, source: number, prefix: readonly number[], end: number, most: number): void {
  const what = `prefixes[${source}]`;
  if (prefix.includes(end)) {
    throw new ValueError({ where, what, expected: "without the end token", received: `with it, ${end}` });
  }
  if (prefix.length <= most) return;
  throw new ValueError({
    where,
    what,
    expected: `of at most maxLength = ${most} tokens`,
    received: `of ${prefix.length}`,
  });
}

function expectSource(where: string, source: number, length: number): void {
  if (Number.isInteger(length) && length > 0) return;
  const remedy = "An empty source says nothing: leave it out, or give it an end token of its own.";
  throw new ValueError({
    where,
    what: `sourceLengths[${source}]`,
    expected: "a positive whole number",
    received: String(length),
    remedy,
  });
}
