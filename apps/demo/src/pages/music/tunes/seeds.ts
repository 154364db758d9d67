import type { MelodySeed, MelodyStyle, MusicKey } from "@unroll/data";

/** Tonics in the order in which a visitor may add them: those whose scales differ least from that of C first. */
const TONICS = [0, 7, 5, 2, 10, 9, 3, 4, 8, 11, 1, 6] as const;

export const STYLES: readonly MelodyStyle[] = ["arpeggio", "scale", "song"];

/** Numbers of the vector that a tune is made from. */
export const SEED_SIZE = 12 + 2 + STYLES.length;

/** The keys of the first tonics, in major and minor. */
export function keysOf(tonics: number): MusicKey[] {
  return TONICS.slice(0, tonics).flatMap((tonic): MusicKey[] => [
    { tonic, mode: "major" },
    { tonic, mode: "minor" },
  ]);
}

/** A one for the tonic, one for the mode and one for the style. */
export function vectorOf({ key: { tonic, mode }, style }: MelodySeed): number[] {
  const vector = new Array<number>(SEED_SIZE).fill(0);
  for (const at of [tonic, mode === "major" ? 12 : 13, 14 + STYLES.indexOf(style)]) vector[at] = 1;
  return vector;
}
