import { keyedTone, morseLength, morseTiming } from "@unroll/data";
import { useEffect, useMemo, useState } from "preact/hooks";
import { NumberField } from "../../../ui/number-field";
import type { Sound } from "./frames";
import { PlayButton } from "./play-button";
import { sendable } from "./sendable";

const SAMPLE_RATE = 8000;
/** Silence before and behind a text, in dots. */
const SILENCE = { before: 1, behind: 4 };
const MOST_LETTERS = 24;
/** A word of 50 dots, as PARIS is, is what words a minute are counted by. */
const dotAt = (wordsPerMinute: number): number => 60 / (50 * wordsPerMinute);

/** A text that is sent by machine, through noise. */
export function TextSource({
  alphabet,
  onSound,
}: {
  readonly alphabet: string;
  readonly onSound: (sound: Sound | null) => void;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const [speed, setSpeed] = useState(20);
  const [noise, setNoise] = useState(0.1);
  const asked = typed ?? (alphabet.includes("H") ? "HELLO WORLD" : "TEN STONES");
  const { text, leftOut } = sendable(asked, alphabet);
  const isIn = (value: number, from: number, to: number) => value >= from && value <= to;
  const isSound = isIn(speed, 5, 40) && isIn(noise, 0, 1) && text !== "";
  const sound = useMemo(() => (isSound ? soundOf(text, dotAt(speed), noise) : null), [isSound, text, speed, noise]);
  useEffect(() => {
    onSound(sound && { signal: sound, sampleRate: SAMPLE_RATE, dot: dotAt(speed) });
  }, [sound]);
  return (
    <>
      <div class="controls">
        <div class="control">
          <label for="morse-text">Text to send</label>
          <input
            id="morse-text"
            maxLength={MOST_LETTERS}
            value={asked}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </div>
        <NumberField
          id="morse-speed"
          label="Words a minute"
          value={speed}
          from={5}
          to={40}
          note={{ text: "From 5 to 40.", isProblem: !isIn(speed, 5, 40) }}
          onChange={setSpeed}
        />
        <NumberField
          id="morse-noise"
          label="Noise in it"
          value={noise}
          from={0}
          to={1}
          note={{ text: "From 0 to 1.", isProblem: !isIn(noise, 0, 1) }}
          onChange={setNoise}
        />
        {sound && <PlayButton signal={sound} sampleRate={SAMPLE_RATE} />}
      </div>
      <p class="muted" aria-live="polite" data-answer="left-out">
        {leftOut.length > 0 && `Left out, as there is no code for them here: ${leftOut.join(" ")}`}
      </p>
      {text === "" && <p class="failure">There is nothing to send. Type letters of {alphabet}.</p>}
    </>
  );
}

function soundOf(text: string, dot: number, noise: number): Float32Array<ArrayBuffer> {
  const marks = morseTiming(text).marks.map(({ start, end }) => ({
    start: dot * (SILENCE.before + start),
    end: dot * (SILENCE.before + end),
  }));
  const seconds = dot * (SILENCE.before + morseLength(text) + SILENCE.behind);
  const tone = keyedTone(marks, { sampleRate: SAMPLE_RATE, seconds, loudness: 0.5 });
  // a standard deviation of `noise`, against 0.35 of the tone; twice that at 8000 samples a second is as loud as at 2000
  const most = 2 * Math.sqrt(3) * noise;
  return tone.map((sample) => Math.max(-1, Math.min(1, sample + most * (2 * Math.random() - 1))));
}
