import { Random } from "@unroll/data";
import type { LoadedData } from "../learning/define-learning-task";
import { type Recording, SAMPLE_RATE, type SpokenFacts } from "./recording";

/** Hertz of the rows and columns of a telephone's keys (ITU-T Q.23). */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477] as const;
/** Telephones to learn from, and others to score. */
const TELEPHONES = { train: 12, dev: 4 } as const;
/** Of each digit, by each telephone. */
const PRESSES = 2;

/** The tones of a telephone's digit keys, for when there are no recordings of voices: sums of two sines each, on a noisy line. */
export function touchTones(): LoadedData<Recording, SpokenFacts> {
  const random = new Random(0);
  const part = (name: keyof typeof TELEPHONES) =>
    Array.from({ length: TELEPHONES[name] }, (_, n) => telephone(`${name}${n}`, random)).flat();
  return { facts: {}, train: part("train"), dev: part("dev") };
}

/** All digits of one telephone, whose tones are up to 1.5 % off, as is allowed. */
function telephone(speaker: string, random: Random): Recording[] {
  const detune = 1 + 0.015 * (2 * random.uniform() - 1);
  const noise = 10 ** (-1 - 2 * random.uniform());
  return Array.from({ length: 10 * PRESSES }, (_, press) => {
    const digit = press % 10;
    const key = digit === 0 ? 10 : digit - 1; // 0 is in the middle of the last row
    const [low = 0, high = 0] = [ROWS[Math.floor(key / 3)], COLUMNS[key % 3]];
    const length = Math.floor(SAMPLE_RATE * (0.12 + 0.2 * random.uniform()));
    const wave = (hertz: number, t: number) => Math.sin((2 * Math.PI * detune * hertz * t) / SAMPLE_RATE);
    const samples = Array.from({ length }, (_, t) =>
      Math.round(12_000 * (wave(low, t) + wave(high, t) + noise * (2 * random.uniform() - 1))),
    );
    return { digits: [digit], speaker, samples };
  });
}
