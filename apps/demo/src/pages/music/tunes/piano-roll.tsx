import { chordName, isInKey, MELODY_RANGE, noteName } from "@unroll/data";
import { Scrollable } from "../../../ui/scrollable";
import type { Tune } from "./experiment";
import { sheetOf } from "./score-sheet";

const CELL = { width: 20, height: 8 };
const LEFT = 36;
const TOP = 8;
const PITCHES = Array.from({ length: MELODY_RANGE.high - MELODY_RANGE.low + 1 }, (_, at) => MELODY_RANGE.high - at);
const HEIGHT = TOP + PITCHES.length * CELL.height;

/** A tune as a piano roll: notes by height and time, those of the key on shaded rows, and the chord of each bar below. */
export function PianoRoll({
  name,
  tune,
  at,
}: {
  /** Another for each on a page. */
  readonly name: string;
  readonly tune: Tune;
  /** Eighths that are played. */
  readonly at?: number;
}) {
  const { notes, chords, faults, length } = sheetOf(tune);
  const width = LEFT + length * CELL.width + 4;
  const top = (pitch: number) => TOP + (MELODY_RANGE.high - pitch) * CELL.height;
  const kept = tune.verdicts.filter(Boolean).length;
  const names = chords.map(({ chord }) => (chord ? chordName(chord) : "no chord")).join(", ");
  const label = `${notes.length} notes over ${names}; ${kept} of ${tune.verdicts.length} tokens keep the rules.`;
  return (
    <Scrollable label={name}>
      <svg
        class="roll"
        viewBox={`0 0 ${width} ${HEIGHT + 26}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={label}
      >
        {PITCHES.filter((pitch) => isInKey(pitch, tune.seed.key)).map((pitch) => (
          <rect class="in-key" key={pitch} x={LEFT} y={top(pitch)} width={length * CELL.width} height={CELL.height} />
        ))}
        {PITCHES.filter((pitch) => pitch % 12 === tune.seed.key.tonic).map((pitch) => (
          <text class="pitch" key={pitch} x={LEFT - 6} y={top(pitch) + CELL.height / 2}>
            {noteName(pitch)}
          </text>
        ))}
        {chords.map(({ chord, isKept }, bar) => {
          const x = LEFT + (bar * length * CELL.width) / chords.length;
          return (
            // the bars never change places
            <g key={bar}>
              <line class="bar" x1={x} x2={x} y1={TOP} y2={HEIGHT} />
              <text class={isKept ? "chord" : "chord broken"} x={x + 5} y={HEIGHT + 14}>
                {chord ? chordName(chord) : "–"} {isKept ? "" : "✗"}
              </text>
            </g>
          );
        })}
        {notes.map(({ pitch, start, length: eighths, isKept }) => (
          <rect
            key={start}
            class={isKept ? "note" : "note broken"}
            x={LEFT + start * CELL.width + 1}
            y={top(pitch)}
            width={eighths * CELL.width - 2}
            height={CELL.height}
            rx={3}
          />
        ))}
        {faults.map((eighth) => (
          <text class="fault" key={eighth} x={LEFT + (eighth + 0.5) * CELL.width} y={HEIGHT - 6}>
            ✗
          </text>
        ))}
        {at !== undefined && at >= 0 && at <= length && (
          <line class="now" x1={LEFT + at * CELL.width} x2={LEFT + at * CELL.width} y1={TOP} y2={HEIGHT} />
        )}
      </svg>
    </Scrollable>
  );
}
