import { ANY_TOKEN, NOT_THE_END } from "./constrain";

export interface ConstrainCall {
  readonly logProbabilities: ArrayLike<number>;
  readonly orders: ArrayLike<number>;
  readonly barred?: ArrayLike<number> | undefined;
  readonly history?: ArrayLike<number> | undefined;
  readonly ngram: number;
  readonly end: number;
  readonly made: number;
}

/** What may follow each row [R, V], one token at a time, by what its rules say. */
export function constrainReference(
  { R, V, L }: { R: number; V: number; L: number },
  { logProbabilities, orders, barred, history, ngram, end, made }: ConstrainCall,
): number[] {
  const out: number[] = [];
  for (let r = 0; r < R; r++) {
    const order = orders[r] as number;
    const words = Array.from({ length: made }, (_, i) => history?.[r * L + i]);
    for (let v = 0; v < V; v++) {
      const logP = logProbabilities[r * V + v] as number;
      const isFree = order === ANY_TOKEN || (order === NOT_THE_END && v !== end);
      const may = v === order || (isFree && !barred?.[v] && !(ngram > 0 && repeats([...words, v], ngram)));
      out.push(may && logP > -1e29 ? logP : -1e30);
    }
  }
  return out;
}

/** Whether the last n tokens came before. */
export function repeats(tokens: readonly (number | undefined)[], n: number): boolean {
  const last = tokens.slice(-n).join();
  return (
    tokens.length > n &&
    tokens.slice(0, -1).some((_, i) => tokens.slice(i, i + n).join() === last && i + n < tokens.length)
  );
}

export interface BeamSelectCall {
  readonly logProbabilities: ArrayLike<number>;
  readonly ids: ArrayLike<number>;
  readonly before: ArrayLike<number>;
  readonly end: number;
  readonly wanted: number;
  /** Absent where groups do not look at each other. */
  readonly diversity?: number | undefined;
}

/** One step of beam search, by sorting: ranks in float32 as the device adds them. */
export function beamSelectReference(
  { B, K, G, M }: { B: number; K: number; G: number; M: number },
  { logProbabilities, ids, before, end, wanted, diversity }: BeamSelectCall,
): { tokens: number[]; parents: number[]; beams: number[]; events: number[] } {
  const width = K / G;
  const tokens = new Array<number>(B * K).fill(end);
  const parents = Array.from({ length: B * K }, (_, row) => row);
  const beams = new Array<number>(B * 2 * K).fill(0);
  const events = Array.from({ length: B * K }, (_, row) => [end, row % K, -1e30, -1, 0]);
  for (let b = 0; b < B; b++) {
    const taken: number[] = [];
    for (let k = 0; k < K; k++) beams[b * 2 * K + k] = Math.fround(-1e30);
    for (let g = 0; g < G; g++) {
      const candidates = Array.from({ length: width * M }, (_, c) => {
        const beam = g * width + Math.floor(c / M);
        const from = (b * K + g * width) * M + c;
        const value = logProbabilities[from] as number;
        const token = ids[from] as number;
        const met = diversity === undefined ? 0 : diversity * taken.filter((other) => other === token).length;
        const rank = Math.fround(Math.fround((before[b * 2 * K + beam] as number) + value) - Math.fround(met));
        return { beam, token, value, rank, c };
      }).filter(({ rank }) => rank > -1e29);
      const picks = candidates.sort((x, y) => y.rank - x.rank || x.c - y.c).slice(0, 2 * width);
      const done = b * 2 * K + K + g * width;
      const ends = picks.slice(0, width).filter(({ token }) => token === end);
      for (const [ended, { beam, value }] of ends.entries()) {
        (events[b * K + g * width + ended] as number[]).splice(3, 2, beam, value);
      }
      const ranks = [
        ...Array.from({ length: width }, (_, k) => before[done + k] as number),
        ...ends.map(({ rank }) => rank),
      ];
      const finished = ranks.sort((x, y) => y - x).slice(0, width);
      for (const [k, rank] of finished.entries()) beams[done + k] = rank;
      const goOn = picks.filter(({ token }) => token !== end).slice(0, width);
      const isFull = finished.every((rank) => rank > -1e29);
      if (isFull && goOn.every(({ rank }) => rank <= (finished[wanted - 1] as number))) continue;
      for (const [made, pick] of goOn.entries()) {
        const row = b * K + g * width + made;
        tokens[row] = pick.token;
        parents[row] = b * K + pick.beam;
        beams[b * 2 * K + g * width + made] = pick.rank;
        (events[row] as number[]).splice(0, 3, pick.token, pick.beam, pick.value);
        taken.push(pick.token);
      }
    }
  }
  return { tokens, parents, beams, events: events.flat() };
}
