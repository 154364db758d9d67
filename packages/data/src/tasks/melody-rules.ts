/** A key: its tonic in semitones above C, and its scale. */
export interface MusicKey {
  /** 0 for C to 11 for B */
  tonic: number;
  /** The major scale, or the natural minor one. */
  mode: "major" | "minor";
}

/** Three notes a third apart. */
export interface Chord {
  /** 0 for C to 11 for B */
  root: number;
  quality: "major" | "minor" | "diminished";
}

const SCALES = { major: [0, 2, 4, 5, 7, 9, 11], minor: [0, 2, 3, 5, 7, 8, 10] } as const;
const TRIADS = { major: [0, 4, 7], minor: [0, 3, 7], diminished: [0, 3, 6] } as const;

/** The notes of a key from its tonic on, from 0 for C to 11 for B. */
export function scaleOf({ tonic, mode }: MusicKey): number[] {
  return SCALES[mode].map((above) => (tonic + above) % 12);
}

/** The notes of a chord from its root on, from 0 for C to 11 for B. */
export function notesOfChord({ root, quality }: Chord): number[] {
  return TRIADS[quality].map((above) => (root + above) % 12);
}

/** The chord on each note of a key's scale, from the tonic on. */
export function chordsOf(key: MusicKey): Chord[] {
  const scale = scaleOf(key);
  return scale.map((root, degree) => {
    const above = (steps: number): number => ((scale[(degree + steps) % 7] ?? 0) - root + 12) % 12;
    if (above(4) === 6) return { root, quality: "diminished" };
    return { root, quality: above(2) === 4 ? "major" : "minor" };
  });
}

/** Whether a note is in a key's scale. @param pitch MIDI number: 60 is middle C */
export function isInKey(pitch: number, key: MusicKey): boolean {
  return scaleOf(key).includes(pitch % 12);
}

const NOTES = ["C", "D♭", "D", "E♭", "E", "F", "G♭", "G", "A♭", "A", "B♭", "B"] as const;

/** "C", "Am", "B°". */
export function chordName({ root, quality }: Chord): string {
  return `${NOTES[root] ?? "?"}${{ major: "", minor: "m", diminished: "°" }[quality]}`;
}

/** "C4" is middle C. @param pitch MIDI number */
export function noteName(pitch: number): string {
  return `${NOTES[pitch % 12] ?? "?"}${Math.floor(pitch / 12) - 1}`;
}
