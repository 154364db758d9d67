import { type PenStroke, penDigits, Random } from "@unroll/data";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "../../../lab/use-answer";
import { formatPercent } from "../../../ui/format";
import { Beliefs } from "./beliefs";
import type { experiment } from "./experiment";
import { Pad } from "./pad";

/** Milliseconds between two points of a digit that the page writes. */
const PACE_MS = 30;

/** A pad to write on, and what the network takes it for while the pen moves. */
export function TryDigits() {
  const [strokes, setStrokes] = useState<readonly PenStroke[]>([]);
  const writing = useRef<ReturnType<typeof setInterval> | undefined>(undefined);
  const said = useAnswer<typeof experiment>(strokes) ?? [];
  useEffect(() => () => clearInterval(writing.current), []);

  const write = (digit: number) => {
    clearInterval(writing.current);
    const random = new Random(Math.floor(2 ** 32 * Math.random()));
    const { strokes: made } = penDigits(random, { batchSize: 1, digits: [digit] });
    const whole = made[0] ?? [];
    const points = whole.reduce((sum, stroke) => sum + stroke.length, 0);
    let count = 0;
    writing.current = setInterval(() => {
      count++;
      setStrokes(firstPoints(whole, count));
      if (count >= points) clearInterval(writing.current);
    }, PACE_MS);
  };
  const last = said.at(-1);
  const best = last ? last.indexOf(Math.max(...last)) : null;
  return (
    <>
      <p>Write a digit with the mouse, a finger or a pen.</p>
      <div class="pen">
        <Pad
          strokes={strokes}
          onChange={(next) => {
            clearInterval(writing.current);
            setStrokes(next);
          }}
        />
        <div class="pen-says">
          <p class="digit" data-answer="digit">
            {best ?? "–"}
          </p>
          <Bars probabilities={last ?? new Array<number>(10).fill(0)} />
        </div>
      </div>
      <div class="buttons">
        <button
          type="button"
          onClick={() => {
            clearInterval(writing.current);
            setStrokes([]);
          }}
        >
          Clear
        </button>
        <span id="write-for-me">Or have one written, in a hand that it has never seen:</span>
      </div>
      <fieldset class="buttons plain" aria-labelledby="write-for-me">
        {Array.from({ length: 10 }, (_, digit) => (
          <button type="button" key={digit} aria-label={`Write a ${digit}`} onClick={() => write(digit)}>
            {digit}
          </button>
        ))}
      </fieldset>
      {said.length > 0 && (
        <>
          <h3>Step by step</h3>
          <p>What it took it for at each step of the pen:</p>
          <Beliefs steps={said} />
        </>
      )}
    </>
  );
}

/** Strokes as far as so many points of them are written. */
function firstPoints(strokes: readonly PenStroke[], count: number): PenStroke[] {
  const written: PenStroke[] = [];
  let left = count;
  for (const stroke of strokes) {
    if (left <= 0) break;
    written.push(stroke.slice(0, left));
    left -= stroke.length;
  }
  return written;
}

function Bars({ probabilities }: { readonly probabilities: readonly number[] }) {
  return (
    <ol class="digit-bars" aria-label="How probable each digit is">
      {probabilities.map((probability, digit) => (
        // the digits never change places
        <li key={digit}>
          <span>{digit}</span>
          <span class="bar">
            <span style={{ width: `${100 * probability}%` }} />
          </span>
          <span>{formatPercent(Math.round(100 * probability) / 100)}</span>
        </li>
      ))}
    </ol>
  );
}
