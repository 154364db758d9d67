import { type FaultKind, Random, sineFaults } from "@unroll/data";
import { useMemo, useState } from "preact/hooks";
import { lab } from "../../client/lab";
import { useAnswer } from "../../lab/use-answer";
import { usePicture } from "../../lab/use-picture";
import { answerTo } from "../answer-to";
import { alarmsOf, bestOf, isOf, judgedOf, regularityOf, type Stretch, scaleOf } from "./detection";
import type { experiment } from "./experiment";
import { KINDS, nameOf } from "./faults";
import { SeriesChart } from "./series-chart";

/** A series of the visitor's own: with a fault of a kind, or drawn upon. */
export function TryFault({ moved }: { readonly moved: number | null }) {
  const all = usePicture<typeof experiment>();
  const { steps, period, noise } = lab.values.value;
  const waves = { steps: Number(steps ?? 100), period: Number(period ?? 25), noise: Number(noise ?? 0) };
  const [made, make] = useState<{ values: readonly number[]; fault: Stretch | null } | null>(null);
  const [count, setCount] = useState(1);
  const first = useMemo(() => seriesOf(waves, null, 0), [steps, period, noise]);
  const { values, fault } = made && made.values.length === waves.steps ? made : first;
  const answer = useAnswer<typeof experiment>(values);
  const expected = answer?.expected;
  if (!all || expected?.length !== values.length) return <p class="muted">–</p>;
  const threshold = moved ?? bestOf(judgedOf(all));
  const series = { values, expected, fault };
  const regularity = regularityOf(series, scaleOf(all));
  const alarms = alarmsOf(regularity, threshold);
  const put = (kind: FaultKind | null) => {
    make(seriesOf(waves, kind, count));
    setCount(count + 1);
  };
  const draw = (step: number, value: number) => {
    const drawn = values.with(step, value);
    const span = fault ?? { start: step, end: step + 1 };
    make({ values: drawn, fault: { start: Math.min(span.start, step), end: Math.max(span.end, step + 1) } });
  };
  return (
    <>
      <p>Take a wave with a fault, or draw one of your own on it.</p>
      <div class="buttons">
        {KINDS.map((kind) => (
          <button type="button" key={kind} onClick={() => put(kind)}>
            With {nameOf(kind)}
          </button>
        ))}
        <button type="button" onClick={() => put(null)}>
          Without a fault
        </button>
      </div>
      <SeriesChart label="Your series" series={series} regularity={regularity} threshold={threshold} onDraw={draw} />
      <p class="big" data-answer="alarm">
        {answerTo(values, answer) ? wordsFor(alarms, fault) : "…"}
      </p>
    </>
  );
}

function wordsFor(alarms: readonly Stretch[], fault: Stretch | null): string {
  const isFound = alarms.some((alarm) => isOf(alarm, fault));
  if (isFound) return "The alarm is raised at the fault ✓";
  if (fault) return "The fault is missed ✗";
  return alarms.length === 0 ? "No fault, no alarm ✓" : "A false alarm ✗";
}

/** A wave with a fault of that kind, or with none. */
function seriesOf(
  waves: { readonly steps: number; readonly period: number; readonly noise: number },
  kind: FaultKind | null,
  seed: number,
): { values: readonly number[]; fault: Stretch | null } {
  const { inputs, faults } = sineFaults(new Random(seed), {
    batchSize: 1,
    share: kind ? 1 : 0,
    ...(kind ? { kinds: [kind] } : {}),
    ...waves,
  });
  const [fault = null] = faults;
  return { values: Array.from(inputs), fault };
}
