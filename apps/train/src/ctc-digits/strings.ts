import { Random, resample } from "@unroll/data";
import { type Recording, SAMPLE_RATE } from "./recording";

/** Digits in the order in which they are said, and how that sounds. */
export interface SpokenString {
  digits: number[];
  /** About −1 to 1. */
  signal: Float32Array;
}

/** The most digits of a string that is scored, and of one that is learned from: those are shorter, since that is faster. */
const LONGEST = { score: 6, learn: 4 } as const;
/** Epochs after which strings may be longer by a digit: of long ones CTC learns at first only to say nothing. */
const GROWTH = 8;
/** Strings of an epoch for each recording, which they begin with. */
export const STRINGS_EACH = 2;
/** The longest pause between two digits, in seconds. */
const PAUSE = 0.15;
/** How often each recording occurs in strings that are scored. */
const PASSES = 4;
/** Rates at which a recording is played in place of its own: higher ones are longer and lower. */
const RATES = [6800, 7200, 7600, 8000, 8400, 8800, 9200] as const;

/**
 * The same strings whenever they are asked for: of each speaker the recordings in random order, several times over, cut
 * into strings of one to six, with pauses of up to 0.15 s. A recording of several digits is a string as it stands.
 */
export function stringsToScore(recordings: readonly Recording[]): SpokenString[] {
  const random = new Random(0);
  const strings = recordings
    .filter(({ digits }) => digits.length > 1)
    .map((recording) => join([asItIs(recording)], random));
  for (const own of bySpeaker(recordings).values()) {
    for (let pass = 0; pass < PASSES; pass++) {
      const order = own.map(asItIs);
      random.shuffle(order);
      while (order.length > 0) strings.push(join(order.splice(0, 1 + random.below(LONGEST.score)), random));
    }
  }
  return strings;
}

/**
 * Strings to train on, others in each epoch, two of which begin with each recording. They are played faster and slower,
 * digit by digit and as a whole, and lie in noise.
 */
export function stringsToLearn(
  recordings: readonly Recording[],
  { seed, epoch }: { seed: number; epoch: number },
): SpokenString[] {
  const random = new Random(seed, epoch);
  const speakers = bySpeaker(recordings);
  const longest = Math.min(LONGEST.learn, 1 + Math.floor(epoch / GROWTH));
  return Array.from({ length: STRINGS_EACH }, () => recordings)
    .flat()
    .map((recording) => {
      const own = speakers.get(recording.speaker) ?? [];
      const others = recording.digits.length > 1 ? 0 : random.below(longest);
      const chosen = [recording, ...Array.from({ length: others }, () => own[random.below(own.length)] ?? recording)];
      const rate = random.below(RATES.length);
      const { digits, signal } = join(
        chosen.map((each) => varied(each, rate, random)),
        random,
      );
      return { digits, signal: withNoise(signal, random) };
    });
}

function bySpeaker(recordings: readonly Recording[]): Map<string, Recording[]> {
  const speakers = new Map<string, Recording[]>();
  for (const recording of recordings) {
    if (recording.digits.length > 1) continue;
    const own = speakers.get(recording.speaker);
    if (own) own.push(recording);
    else speakers.set(recording.speaker, [recording]);
  }
  return speakers;
}

/** Digits one after the other, a pause behind each. */
function join(sounds: readonly Sound[], random: Random): SpokenString {
  const pauses = sounds.map(() => Math.floor(random.uniform() * PAUSE * SAMPLE_RATE));
  const length = sounds.reduce((sum, { signal }, n) => sum + signal.length + (pauses[n] ?? 0), 0);
  const signal = new Float32Array(length);
  let at = 0;
  for (const [n, sound] of sounds.entries()) {
    signal.set(sound.gain === 1 ? sound.signal : sound.signal.map((sample) => sound.gain * sample), at);
    at += sound.signal.length + (pauses[n] ?? 0);
  }
  return { digits: sounds.flatMap(({ digits }) => digits), signal };
}

/** A recording as it is played. */
interface Sound extends SpokenString {
  gain: number;
}

/** A recording at about the rate that its string has, louder or softer by up to 5 dB. */
function varied(recording: Recording, rate: number, random: Random): Sound {
  const own = Math.max(0, Math.min(RATES.length - 1, rate - 1 + random.below(3)));
  return { ...played(recording, RATES[own] ?? SAMPLE_RATE), gain: 10 ** ((random.uniform() - 0.5) / 2) };
}

/** The rates at which recordings have been played: they are played again and again. */
const known = new WeakMap<Recording, Map<number, Float32Array>>();

const asItIs = (recording: Recording): Sound => played(recording, SAMPLE_RATE);

function played(recording: Recording, rate: number): Sound {
  const { digits, samples } = recording;
  const rates = known.get(recording) ?? new Map<number, Float32Array>();
  known.set(recording, rates);
  const signal = rates.get(rate) ?? resample(samples, SAMPLE_RATE, rate).map((sample) => sample / 32767);
  rates.set(rate, signal);
  return { digits, signal, gain: 1 };
}

/** White noise, 10 to 50 dB below the signal. */
function withNoise(signal: Float32Array, random: Random): Float32Array {
  const power = signal.reduce((sum, sample) => sum + sample * sample, 0) / signal.length;
  const deviation = Math.sqrt(power) * 10 ** (-(10 + 40 * random.uniform()) / 20);
  // Uniform over ±√3 deviations: no louder and no softer than a normal one, and as white.
  return signal.map((sample) => sample + deviation * Math.sqrt(3) * (2 * random.uniform() - 1));
}
