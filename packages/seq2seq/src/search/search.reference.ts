/** ln of the probability of each next token after those of a sequence of a source, as f32 numbers; −∞ for none. */
export type Speaker = (source: number, tokens: readonly number[]) => ArrayLike<number>;

/** How much each place of a source is attended to as the token after those given is made. */
export type Attention = (source: number, tokens: readonly number[]) => readonly number[];

export interface ReferenceOptions {
  readonly end: number;
  readonly maxLength: number;
  readonly beam: number;
  readonly nBest?: number;
  readonly minLength?: number;
  readonly prefix?: readonly number[];
  readonly blockNgrams?: number;
  readonly suppress?: readonly number[];
  readonly groups?: number;
  readonly diversity?: number;
  /** Of ln P, |Y| and the attention of the tokens [|Y|][S]. */
  readonly score: (logProbability: number, length: number, attention: readonly (readonly number[])[]) => number;
}

export interface ReferenceHypothesis {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  readonly score: number;
}

interface Beam {
  readonly tokens: readonly number[];
  readonly values: readonly number[];
  /** The sum that beams are ordered by, rounded to f32 after each addition. */
  readonly rank: number;
}

/** ln of the probability of each token that may follow, as the rules say in words. */
export function followers(
  values: ArrayLike<number>,
  tokens: readonly number[],
  { end, maxLength, minLength = 0, prefix = [], blockNgrams = 0, suppress = [] }: ReferenceOptions,
): { token: number; value: number }[] {
  const all = Array.from(values, (value, token) => ({ token, value })).filter(({ value }) => value > -1e29);
  const forced = prefix[tokens.length] ?? (tokens.length >= maxLength ? end : undefined);
  if (forced !== undefined) return all.filter(({ token }) => token === forced);
  return all.filter(({ token }) => {
    if (suppress.includes(token) || (token === end && tokens.length < minLength)) return false;
    const last = [...tokens, token].slice(-blockNgrams);
    const isAgain = (_: number, i: number): boolean => last.every((each, j) => tokens[i + j] === each);
    return !(blockNgrams > 0 && last.length === blockNgrams && tokens.some(isAgain));
  });
}

/** Beam search by lists and sorting: every way to go on is made, and the best are kept. */
export function beamSearchReference(
  speak: Speaker,
  source: number,
  options: ReferenceOptions,
  attend: Attention = () => [],
): ReferenceHypothesis[] {
  const { end, beam, nBest = beam, groups = 1, diversity = 0 } = options;
  const width = beam / groups;
  const beams: Beam[][] = Array.from({ length: groups }, () => [{ tokens: [], values: [], rank: 0 }]);
  const ended = beams.map((): Beam[] => []);
  const inOrder: Beam[] = [];
  while (beams.some((group) => group.length > 0)) {
    const taken: number[] = [];
    for (const [g, group] of beams.entries()) {
      const ways = group.flatMap(({ tokens, values, rank }) =>
        followers(speak(source, tokens), tokens, options)
          .sort((a, b) => b.value - a.value) // stable, as all sorting: of equals the lowest token first
          .map(({ token, value }) => {
            const met = Math.fround(diversity * taken.filter((other) => other === token).length);
            const next = Math.fround(Math.fround(rank + value) - met);
            return { tokens: [...tokens, token], values: [...values, value], rank: next };
          }),
      );
      const best = ways.toSorted((a, b) => b.rank - a.rank).slice(0, 2 * width);
      const isEnd = ({ tokens }: Beam): boolean => tokens.at(-1) === end;
      const done = ended[g] as Beam[];
      for (const way of best.slice(0, width)) {
        if (!isEnd(way)) continue;
        done.push(way);
        inOrder.push(way);
      }
      const live = best.filter((way) => !isEnd(way)).slice(0, width);
      const last = done.toSorted((a, b) => b.rank - a.rank)[Math.min(nBest, width) - 1];
      const isCertain = last !== undefined && live.every(({ rank }) => rank <= last.rank);
      beams[g] = done.length >= width && isCertain ? [] : live;
      taken.push(...(beams[g] as Beam[]).map(({ tokens }) => tokens.at(-1) as number));
    }
  }
  return ranked(inOrder, source, options, attend).slice(0, nBest);
}

/** All sequences that can end within the length, best first: search without a beam. */
export function exhaustiveReference(
  speak: Speaker,
  source: number,
  options: ReferenceOptions,
  attend: Attention = () => [],
): ReferenceHypothesis[] {
  const all: Beam[] = [];
  const visit = (tokens: readonly number[], values: readonly number[]): void => {
    for (const { token, value } of followers(speak(source, tokens), tokens, options)) {
      const next = { tokens: [...tokens, token], values: [...values, value], rank: 0 };
      if (token === options.end) all.push(next);
      else visit(next.tokens, next.values);
    }
  };
  visit([], []);
  return ranked(all, source, options, attend);
}

function ranked(
  beams: readonly Beam[],
  source: number,
  { score }: ReferenceOptions,
  attend: Attention,
): ReferenceHypothesis[] {
  const scored = beams.map(({ tokens, values }) => {
    const logProbability = values.reduce((sum, value) => sum + value, 0);
    const attention = tokens.map((_, t) => attend(source, tokens.slice(0, t)));
    return { tokens: tokens.slice(0, -1), logProbability, score: score(logProbability, tokens.length, attention) };
  });
  return scored.sort((a, b) => b.score - a.score);
}
