import { keyedTone, type MorseSpan } from "@unroll/data";
import { useEffect, useRef, useState } from "preact/hooks";
import { audioContext } from "../../../audio/context";
import { formatNumber } from "../../../ui/format";
import type { Sound } from "./frames";
import { dotOf, withMark } from "./marks";

const SAMPLE_RATE = 2000;
/** Hertz of what is heard while the key is down. */
const PITCH = 600;

/** A key to send with by hand: a press is a mark. How long a dot is, is measured. */
export function KeySource({ onSound }: { readonly onSound: (sound: Sound | null) => void }) {
  const [marks, setMarks] = useState<readonly MorseSpan[]>([]);
  const [isDown, setDown] = useState(false);
  const began = useRef<number | null>(null);
  const tone = useSidetone();
  const dot = dotOf(marks);

  useEffect(() => {
    onSound(marks.length === 0 ? null : { signal: soundOf(marks, dot), sampleRate: SAMPLE_RATE, dot });
  }, [marks]);

  const press = () => {
    if (began.current !== null) return; // a key that is held repeats
    began.current = performance.now() / 1000;
    setDown(true);
    tone.start();
  };
  const release = () => {
    if (began.current === null) return;
    const mark = { start: began.current, end: performance.now() / 1000 };
    began.current = null;
    setDown(false);
    tone.stop();
    setMarks((before) => withMark(before, mark));
  };
  const isKey = ({ key }: KeyboardEvent) => key === " " || key === "Enter";
  return (
    <>
      <p>
        Press for a dot, hold three times as long for a dash, and wait as long as a dash between letters. After half a
        minute of rest you begin anew.
      </p>
      <div class="buttons">
        <button
          type="button"
          class="key-button"
          data-down={isDown}
          onPointerDown={press}
          onPointerUp={release}
          onPointerLeave={release}
          onPointerCancel={release}
          onBlur={release}
          onKeyDown={(event) => {
            if (!isKey(event)) return;
            event.preventDefault();
            press();
          }}
          onKeyUp={(event) => {
            if (isKey(event)) release();
          }}
        >
          Hold to send
        </button>
        <button type="button" disabled={marks.length === 0} onClick={() => setMarks([])}>
          Clear
        </button>
        <span class="muted" role="status">
          {marks.length > 1 && `A dot of yours lasts ${formatNumber(dot)} s: ${Math.round(1.2 / dot)} words a minute.`}
        </span>
      </div>
    </>
  );
}

function soundOf(marks: readonly MorseSpan[], dot: number): Float32Array {
  const begin = (marks[0]?.start ?? 0) - dot;
  const sent = marks.map(({ start, end }) => ({ start: start - begin, end: end - begin }));
  const seconds = (sent.at(-1)?.end ?? 0) + 4 * dot;
  return keyedTone(sent, { sampleRate: SAMPLE_RATE, seconds, pitch: PITCH });
}

/** What is heard while the key is down. A page that may not sound is silent: the key works without. */
function useSidetone(): { start(): void; stop(): void } {
  const oscillator = useRef<OscillatorNode | null>(null);
  const isWanted = useRef(false);
  const stop = () => {
    isWanted.current = false;
    oscillator.current?.stop();
    oscillator.current = null;
  };
  useEffect(() => stop, []);
  const start = () => {
    isWanted.current = true;
    audioContext().then(
      (context) => {
        if (!isWanted.current || oscillator.current) return;
        const made = new OscillatorNode(context, { frequency: PITCH });
        made.connect(new GainNode(context, { gain: 0.2 })).connect(context.destination);
        made.start();
        oscillator.current = made;
      },
      () => stop(),
    );
  };
  return { start, stop };
}
