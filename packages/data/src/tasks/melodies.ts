import { expectList, expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";
import { type Chord, chordsOf, isInKey, type MusicKey, notesOfChord } from "./melody-rules";
import { type MelodyStyle, melodyOver } from "./melody-styles";
import { MELODY_TOKENS, melodyToken } from "./melody-tokens";

/** What a melody is made from. */
export interface MelodySeed {
  key: MusicKey;
  style: MelodyStyle;
}

/** Melodies, and the seed of each. */
export interface MelodyTask {
  /** [B] */
  seeds: MelodySeed[];
  /** [B, bars·9]: for each bar the token of its chord, then one for each eighth. */
  tokens: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
  /** V, the number of tokens that there are. */
  classes: number;
}

export interface MelodyOptions {
  /** B */
  batchSize: number;
  /** Bars of a melody; 4 when absent. */
  bars?: number;
  /** Which keys there are; C major alone when absent. */
  keys?: readonly MusicKey[];
  /** Which styles there are; all when absent. */
  styles?: readonly MelodyStyle[];
}

/** Tokens of a bar: its chord, and eight eighths. */
export const MELODY_BAR = 9;

/**
 * Melodies by rule, over chords: a bar each of chords that follow one another as they do in songs, from the tonic over the
 * dominant back to the tonic; on the first and the fifth eighth a note of the chord, between them notes of the scale near
 * by; a long tonic at the end. Nothing is taken from any tune. `melodyVerdicts` says whether rules are kept.
 *
 * @throws TaskError if an option is out of range
 */
export function melodies(random: Random, options: MelodyOptions): MelodyTask {
  const where = "melodies";
  expectOptions(TaskError, where, options, ["batchSize", "bars", "keys", "styles"]);
  const { batchSize, bars = 4, keys = [{ tonic: 0, mode: "major" }] } = options;
  const { styles = ["arpeggio", "scale", "song"] } = options;
  expectWhole(TaskError, where, { batchSize });
  expectWhole(TaskError, where, { bars }, { least: 3 });
  expectWhole(TaskError, where, { "keys.length": keys.length, "styles.length": styles.length });
  for (const { tonic } of keys) expectWhole(TaskError, where, { tonic }, { least: 0, most: 11 });
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item;
  const seeds = Array.from({ length: batchSize }, () => ({ key: pick(keys), style: pick(styles) }));
  const steps = bars * MELODY_BAR;
  const tokens = new Int32Array(batchSize * steps);
  for (const [row, { key, style }] of seeds.entries()) {
    const chords = progression(random, key, bars);
    const bar = melodyOver(random, { key, style, chords });
    for (const [at, chord] of chords.entries()) {
      const eighths = bar[at] ?? [];
      const own = [melodyToken({ kind: "chord", chord }), ...eighths.map(melodyToken)];
      tokens.set(own, row * steps + at * MELODY_BAR);
    }
  }
  return { seeds, tokens, shape: [batchSize, steps], classes: MELODY_TOKENS.length };
}

/** Chords of a key, a bar each: the tonic first and last, before the last one of those that lead there. */
function progression(random: Random, key: MusicKey, bars: number): Chord[] {
  const chords = chordsOf(key);
  const [tonic, dominant] = [chords[0] as Chord, chords[4] as Chord];
  const path = [0];
  while (path.length < bars - 2) {
    const next = FOLLOWERS[path.at(-1) ?? 0] ?? [];
    path.push(next[random.below(next.length)] ?? 0);
  }
  return [...path.map((degree) => chords[degree] as Chord), dominant, tonic];
}

/** Which chords may follow that of each degree, counted from 0: the first, fourth, fifth and sixth are all that songs need. */
const FOLLOWERS: readonly (readonly number[])[] = [[3, 4, 5], [], [], [0, 4], [0, 5], [3, 4], []];

/** Whether each token of a melody keeps the rules of its key. */
export function melodyVerdicts(tokens: ArrayLike<number>, key: MusicKey): boolean[] {
  expectList(TaskError, "melodyVerdicts", { tokens });
  const chords = chordsOf(key);
  let chord: Chord | undefined;
  return Array.from({ length: tokens.length }, (_, at) => {
    const token = MELODY_TOKENS[tokens[at] ?? -1];
    const beat = at % MELODY_BAR;
    if (beat === 0) {
      chord = token?.kind === "chord" ? token.chord : undefined;
      return chords.some(({ root, quality }) => root === chord?.root && quality === chord.quality);
    }
    if (!token || token.kind === "chord") return false;
    if (token.kind === "hold") return beat !== 1;
    if (at + 8 >= tokens.length && token.pitch % 12 !== key.tonic) return false; // the last bar rests on the tonic
    if ((beat === 1 || beat === 5) && chord) return notesOfChord(chord).includes(token.pitch % 12);
    return isInKey(token.pitch, key);
  });
}
