import { expectOptions, expectWhole, expectWithin } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";
import { type MorseSpan, morseLength, morseTiming } from "./morse-code";

/** How a key's marks become sound. */
export interface ToneOptions {
  /** Samples a second. */
  sampleRate: number;
  /** How long the sound is; what of a mark lies beyond is cut off. */
  seconds: number;
  /** Hertz; 600 when absent. */
  pitch?: number;
  /** From 0 to 1, the amplitude; 0.8 when absent. */
  loudness?: number;
}

/** How long the tone takes to rise and to fall, so that no click is heard. */
const RAMP = 0.005;

/**
 * The sound of a key that is down from `start` to `end` of each mark: a sine between ramps of 5 ms.
 *
 * @param marks in seconds
 * @returns samples from −1 to 1
 */
export function keyedTone(marks: readonly MorseSpan[], options: ToneOptions): Float32Array<ArrayBuffer> {
  expectOptions(TaskError, "keyedTone", options, ["sampleRate", "seconds", "pitch", "loudness"]);
  const { sampleRate, seconds, pitch = 600, loudness = 0.8 } = options;
  const signal = new Float32Array(Math.round(seconds * sampleRate));
  const turn = (2 * Math.PI * pitch) / sampleRate;
  for (const { start, end } of marks) {
    const last = Math.min(signal.length, Math.floor(end * sampleRate));
    for (let at = Math.ceil(start * sampleRate); at < last; at++) {
      const inside = Math.min(at / sampleRate - start, end - at / sampleRate) / RAMP;
      const level = inside >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * inside);
      signal[at] = loudness * level * Math.sin(turn * at);
    }
  }
  return signal;
}

/** Texts as Morse code, to be heard. */
export interface MorseTask {
  /** [B], each of `seconds`·`sampleRate` samples from −1 to 1. */
  signals: Float32Array<ArrayBuffer>[];
  /** [B], of different lengths: what is sent, and when is not told. */
  texts: string[];
}

export interface MorseOptions {
  /** B */
  batchSize: number;
  /** How long each signal is; as many letters are sent as have room. */
  seconds: number;
  /** Samples a second; 2000 when absent, enough for the tones, which lie from 400 to 800 hertz. */
  sampleRate?: number;
  /** How long a dot lasts, in seconds; 0.06 when absent, which makes 20 words a minute. Each row is up to 15 % off. */
  dot?: number;
  /** What texts are made of, each character as often; all letters when absent. A space comes only between two letters. */
  alphabet?: string;
  /** The most by which any mark or gap is too long or too short, as a share; 0.15 when absent. */
  sway?: number;
  /** The standard deviation of the noise, of a tone of deviation 0.2 to 0.6; up to 0.15 when absent. */
  noise?: number;
}

const KNOWN = ["batchSize", "seconds", "sampleRate", "dot", "sway", "noise", "alphabet"];

/** Silence before the first mark and behind the last, in dots: after the least of it the last letter is known to be whole. */
const SILENCE = { before: 1, behind: 3 };
const ADVICE = 'Pass such as { alphabet: "ETAOIN " }.';
/** By how much a row's dot may be longer than asked. */
const SPEEDS = 0.15;

/**
 * Random texts keyed by hand: the pitch, the loudness, the speed and the noise of each row are its own, and no two marks
 * are quite as long. What is to be told is the text, not when each letter is sent: a task for connectionist temporal
 * classification (Graves et al. 2006).
 *
 * @throws TaskError if an option is out of range, a character has no code, or the longest has no room
 */
export function morseSounds(random: Random, options: MorseOptions): MorseTask {
  const where = "morseSounds";
  expectOptions(TaskError, where, options, KNOWN);
  const { batchSize, seconds, sampleRate = 2000, dot = 0.06, sway = 0.15, noise = 0.15 } = options;
  const { alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" } = options;
  expectWhole(TaskError, where, { batchSize });
  expectWhole(TaskError, where, { sampleRate }, { least: 1700 });
  expectWithin(TaskError, where, { dot }, { least: 0.01 });
  expectWithin(TaskError, where, { sway }, { least: 0, most: 0.5 });
  expectWithin(TaskError, where, { noise }, { least: 0, most: 1 });
  const longest = Math.max(...[...alphabet].map(morseLength));
  if (longest === 0) {
    throw new TaskError({
      where,
      expected: "an alphabet with a letter",
      actual: JSON.stringify(alphabet),
      remedy: ADVICE,
    });
  }
  expectRoom(where, seconds, dot * (1 + SPEEDS) * (longest + SILENCE.before + SILENCE.behind));
  const texts: string[] = [];
  const signals = Array.from({ length: batchSize }, () => {
    const own = dot * (1 + SPEEDS * spread(random));
    const room = seconds / own - SILENCE.behind;
    const begin = SILENCE.before + Math.min(2, room - SILENCE.before - longest) * random.uniform();
    const text = textThatFits(random, [...alphabet], room - begin);
    texts.push(text);
    // were every mark long by chance, the text would not end in time
    const hand = () => 1 + Math.min(sway, (room - begin) / morseLength(text) - 1) * spread(random);
    const marks = morseTiming(text, { hand }).marks.map(({ start, end }) => ({
      start: own * (begin + start),
      end: own * (begin + end),
    }));
    const pitch = 400 + 400 * random.uniform();
    const loudness = 0.3 + 0.5 * random.uniform();
    const signal = keyedTone(marks, { sampleRate, seconds, pitch, loudness });
    const deviation = noise * random.uniform();
    // uniform over ±√3 deviations: no louder and no softer than a normal one, and as white
    return signal.map((sample) => within(sample + deviation * Math.sqrt(3) * spread(random)));
  });
  return { signals, texts };
}

/** Letters and spaces as they are drawn, until the next has no room. */
function textThatFits(random: Random, alphabet: readonly string[], dots: number): string {
  let text = "";
  for (;;) {
    const next = alphabet[random.below(alphabet.length)] ?? "";
    if (next === " " && (text === "" || text.endsWith(" "))) continue;
    if (next !== " " && morseLength(text + next) > dots) return text.trimEnd();
    text += next;
  }
}

function expectRoom(where: string, seconds: number, least: number): void {
  if (seconds >= least) return;
  throw new TaskError({
    where,
    expected: `seconds to be at least ${least.toFixed(2)}, which the longest letter takes`,
    actual: String(seconds),
    remedy: "Make the signals longer or the dots shorter.",
  });
}

/** Uniform over [−1, 1). */
const spread = (random: Random): number => 2 * random.uniform() - 1;

const within = (sample: number): number => Math.max(-1, Math.min(1, sample));
