import type { PenStroke } from "@unroll/data";
import { useRef } from "preact/hooks";

/** A square to write on. Coordinates go from 0 to 1, x to the right and y down. */
export function Pad({
  strokes,
  onChange,
}: {
  readonly strokes: readonly PenStroke[];
  readonly onChange: (strokes: readonly PenStroke[]) => void;
}) {
  /** Strokes while the pen is down: events may come faster than the page is drawn. */
  const written = useRef<readonly PenStroke[] | null>(null);
  const placeOf = (event: PointerEvent, pad: SVGSVGElement) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };
  const lift = () => {
    written.current = null;
  };
  return (
    <svg
      class="pad"
      viewBox="0 0 1 1"
      role="img"
      aria-label={strokes.length === 0 ? "Paper to write a digit on" : `Paper with ${strokes.length} strokes`}
      onPointerDown={(event) => {
        const pad = event.currentTarget;
        event.preventDefault();
        pad.setPointerCapture(event.pointerId);
        written.current = [...strokes, [placeOf(event, pad)]];
        onChange(written.current);
      }}
      onPointerMove={(event) => {
        const last = written.current?.at(-1);
        if (!written.current || !last) return;
        const pad = event.currentTarget;
        // all places between two events of the page, where the browser tells them
        const events = event.getCoalescedEvents?.() ?? [];
        const places = (events.length > 0 ? events : [event]).map((each) => placeOf(each, pad));
        written.current = [...written.current.slice(0, -1), [...last, ...places]];
        onChange(written.current);
      }}
      onPointerUp={lift}
      onPointerCancel={lift}
    >
      <path class="guide" d="M0.1 0.1H0.9V0.9H0.1z" />
      {strokes.map((stroke, at) => (
        // strokes are only ever added
        <polyline key={at} points={pointsOf(stroke)} />
      ))}
    </svg>
  );
}

/** A pen that only touched the paper leaves a dot: a line to where it begins. */
function pointsOf(stroke: PenStroke): string {
  const [first] = stroke;
  return [...stroke, ...(stroke.length === 1 && first ? [first] : [])].map(({ x, y }) => `${x},${y}`).join(" ");
}
