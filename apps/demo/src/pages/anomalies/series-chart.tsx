import { Scrollable } from "../../ui/scrollable";
import { alarmsOf, isOf, type Watched } from "./detection";

const SIZE = { width: 720, height: 360, left: 52, right: 8 };
/** Where the two charts lie: what was measured, and how regular it is. */
const [VALUES, REGULARITY] = [
  { top: 10, bottom: 200 },
  { top: 222, bottom: 312 },
];
const MOST = 5;

/** A series, what the model expects of it, how regular that makes each step, and where that raises an alarm. */
export function SeriesChart({
  label,
  series,
  regularity,
  threshold,
  onDraw,
}: {
  readonly label: string;
  readonly series: Watched;
  readonly regularity: readonly number[];
  readonly threshold: number;
  /** What is drawn on the series with the pointer. */
  readonly onDraw?: ((step: number, value: number) => void) | undefined;
}) {
  const { values, expected, fault } = series;
  const steps = values.length;
  const range = Math.min(MOST, Math.max(1.6, ...values.map(Math.abs)));
  const across = (step: number) => SIZE.left + ((SIZE.width - SIZE.left - SIZE.right) * step) / Math.max(1, steps - 1);
  const up = (value: number) => {
    const share = (range - Math.min(range, Math.max(-range, value))) / (2 * range);
    return VALUES.top + (VALUES.bottom - VALUES.top) * share;
  };
  const regular = (value: number) => REGULARITY.bottom - (REGULARITY.bottom - REGULARITY.top) * value;
  const line = (all: readonly number[], y: (value: number) => number) =>
    all.map((value, step) => `${across(step).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const half = (across(1) - across(0)) / 2;
  const band = ({ start, end }: { start: number; end: number }) => ({
    x: across(start) - half,
    width: across(end - 1) - across(start) + 2 * half,
  });
  const alarms = alarmsOf(regularity, threshold);
  const draw = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    if (!onDraw || event.buttons !== 1) return;
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * SIZE.width;
    const y = ((event.clientY - top) / height) * SIZE.height;
    if (y > VALUES.bottom + 10) return;
    const step = Math.round(((x - SIZE.left) / (SIZE.width - SIZE.left - SIZE.right)) * (steps - 1));
    const value = range - (2 * range * (y - VALUES.top)) / (VALUES.bottom - VALUES.top);
    if (step >= 0 && step < steps) onDraw(step, Math.min(range, Math.max(-range, value)));
  };
  const words = [
    fault ? `The fault is at steps ${fault.start + 1} to ${fault.end}.` : "There is no fault.",
    alarms.length === 0
      ? "No alarm."
      : `Alarms at ${alarms.map(({ start, end }) => `steps ${start + 1} to ${end}`).join(", ")}.`,
  ];
  return (
    <Scrollable label={label}>
      <svg
        class={onDraw ? "chart series-chart drawable" : "chart series-chart"}
        viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
        role="img"
        aria-label={`A series and what was expected of it. ${words.join(" ")}`}
        onPointerDown={draw}
        onPointerMove={draw}
      >
        {fault && <rect class="fault" {...band(fault)} y={VALUES.top} height={REGULARITY.bottom - VALUES.top} />}
        {[-1, 0, 1].map((value) => (
          <g key={value}>
            <line class="grid" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={up(value)} y2={up(value)} />
            <text class="tick end" x={SIZE.left - 8} y={up(value)}>
              {value < 0 ? "−1" : value}
            </text>
          </g>
        ))}
        <polyline class="series expected" points={line(expected, up)} />
        <polyline class="series measured" points={line(values, up)} />
        <rect
          class="frame"
          x={SIZE.left}
          y={REGULARITY.top}
          width={SIZE.width - SIZE.left - SIZE.right}
          height={REGULARITY.bottom - REGULARITY.top}
        />
        {[0, 1].map((value) => (
          <text class="tick end" key={value} x={SIZE.left - 8} y={regular(value)}>
            {value}
          </text>
        ))}
        <polyline class="series regular" points={line(regularity, regular)} />
        <line
          class="threshold"
          x1={SIZE.left}
          x2={SIZE.width - SIZE.right}
          y1={regular(threshold)}
          y2={regular(threshold)}
        />
        <text class="tick end" x={SIZE.left - 8} y={REGULARITY.bottom + 14}>
          alarm
        </text>
        {alarms.map((alarm) => (
          <rect
            key={alarm.start}
            class={isOf(alarm, fault) ? "alarm right" : "alarm"}
            {...band(alarm)}
            y={REGULARITY.bottom + 8}
            height="12"
          />
        ))}
        <text class="tick" x={SIZE.left} y={SIZE.height - 6}>
          step 1
        </text>
        <text class="tick end" x={SIZE.width - SIZE.right} y={SIZE.height - 6}>
          step {steps}
        </text>
      </svg>
    </Scrollable>
  );
}

/** What the lines and shades of the chart are. */
export function SeriesKey() {
  return (
    <p class="series-key">
      <span class="key measured">measured</span> <span class="key expected">expected</span>{" "}
      <span class="key fault">fault</span> <span class="key regular">regularity</span>{" "}
      <span class="key threshold">threshold</span> <span class="key right">alarm at a fault</span>{" "}
      <span class="key wrong">false alarm</span>
    </p>
  );
}
