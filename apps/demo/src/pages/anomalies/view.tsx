import { type FaultKind, Random, sineFaults } from "@unroll/data";
import { useMemo, useState } from "preact/hooks";
import { lab } from "../../client/lab";
import { LabView } from "../../lab/lab-view";
import { useAnswer } from "../../lab/use-answer";
import { usePicture } from "../../lab/use-picture";
import { formatPercent } from "../../ui/format";
import { share } from "../../ui/score";
import { Unrolled } from "../../ui/unrolled";
import { alarmsOf, bestOf, isOf, judge, judgeAll, regularityOf, type Stretch, scaleOf } from "./detection";
import equations from "./equations.tex";
import type { experiment, WatchedFault } from "./experiment";
import code from "./model.ts?code";
import { SeriesChart, SeriesKey } from "./series-chart";
import { settings } from "./settings";
import { TradeOff } from "./trade-off";
import "./style.css";

const score = share("F1 of alarms");

export function AnomaliesView() {
  const [moved, move] = useState<number | null>(null);
  return (
    <LabView
      path="anomalies"
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Faults are rare and each is another, so nobody has enough of them to learn from. But what is regular can be
          learned: this model sees nothing but waves in order, and says at each step what comes next. Where a series
          does not go as expected, something is wrong with it. How far off is too far, you decide: a strict threshold
          finds every fault and raises false alarms, a lax one keeps quiet and misses some.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[
            { input: "x₁", output: "x₂?" },
            { input: "x₂", output: "x₃?" },
            { input: "x₃", output: "x₄?" },
            { input: "x₄", output: "x₅?" },
          ]}
          label="Each value of a series goes in, and each step says what the next value should be."
        />
      }
      picture={<Watching moved={moved} move={move} />}
      tryIt={<TryFault moved={moved} />}
    />
  );
}

/** All series that are watched: what a threshold does to all of them, and one to look at. */
function Watching({
  moved,
  move,
}: {
  readonly moved: number | null;
  readonly move: (threshold: number | null) => void;
}) {
  const all = usePicture<typeof experiment>();
  const [row, setRow] = useState(0);
  const judged = useMemo(() => judgeAll(all ?? []), [all]);
  if (!all) return <p class="muted">Nothing to see yet.</p>;
  const threshold = moved ?? bestOf(judged);
  const scale = scaleOf(all);
  const verdict = judge(
    all,
    all.map((series) => regularityOf(series, scale)),
    threshold,
  );
  const shown = all[row] ?? all[0];
  return (
    <>
      <div class="watching">
        <div>
          <div class="threshold-control">
            <label for="threshold">Threshold</label>
            <input
              id="threshold"
              type="range"
              min="0.5"
              max="1"
              step="0.005"
              value={threshold}
              onInput={(event) => move(event.currentTarget.valueAsNumber)}
            />
            <output for="threshold">{threshold.toFixed(3)}</output>
          </div>
          <p>
            <button type="button" disabled={moved === null} onClick={() => move(null)}>
              Where F1 is best
            </button>
          </p>
          <table data-answer="verdict">
            <tbody>
              <tr>
                <th scope="row">Precision</th>
                <td>{formatPercent(verdict.precision)}</td>
              </tr>
              <tr>
                <th scope="row">Recall</th>
                <td>{formatPercent(verdict.recall)}</td>
              </tr>
              <tr>
                <th scope="row">F1</th>
                <td>{formatPercent(verdict.f1)}</td>
              </tr>
            </tbody>
          </table>
          <p class="muted">
            {verdict.alarms} alarms on {all.length} new series, {verdict.faults} of which have a fault.
          </p>
        </div>
        <TradeOff judged={judged} chosen={verdict} />
      </div>
      <div class="buttons">
        <button type="button" onClick={() => setRow((row + all.length - 1) % all.length)}>
          Series before
        </button>
        <button type="button" onClick={() => setRow((row + 1) % all.length)}>
          Next series
        </button>
        <span>
          Series {row + 1} of {all.length}: {shown ? nameOf(shown) : ""}
        </span>
      </div>
      {shown && (
        <SeriesChart
          label="Series that is watched"
          series={shown}
          regularity={regularityOf(shown, scale)}
          threshold={threshold}
        />
      )}
      <SeriesKey />
    </>
  );
}

const KINDS: readonly FaultKind[] = ["spike", "flat", "noise", "frequency"];
const NAMES: Readonly<Record<FaultKind, string>> = {
  spike: "a spike",
  flat: "a stretch that stands still",
  noise: "a stretch of noise",
  frequency: "a stretch that swings too fast",
};

const nameOf = ({ kind }: WatchedFault): string => (kind ? NAMES[kind] : "no fault");

/** A series of the visitor's own: with a fault of a kind, or drawn upon. */
function TryFault({ moved }: { readonly moved: number | null }) {
  const all = usePicture<typeof experiment>();
  const { steps, period, noise } = lab.values.value;
  const waves = { steps: Number(steps ?? 100), period: Number(period ?? 25), noise: Number(noise ?? 0) };
  const [made, make] = useState<{ values: readonly number[]; fault: Stretch | null } | null>(null);
  const [count, setCount] = useState(1);
  const first = useMemo(() => seriesOf(waves, null, 0), [steps, period, noise]);
  const { values, fault } = made && made.values.length === waves.steps ? made : first;
  const expected = useAnswer<typeof experiment>(values);
  const judged = useMemo(() => judgeAll(all ?? []), [all]);
  if (!all || expected?.length !== values.length) return <p class="muted">–</p>;
  const threshold = moved ?? bestOf(judged);
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
            With {NAMES[kind]}
          </button>
        ))}
        <button type="button" onClick={() => put(null)}>
          Without a fault
        </button>
      </div>
      <SeriesChart label="Your series" series={series} regularity={regularity} threshold={threshold} onDraw={draw} />
      <p class="big" data-answer="alarm">
        {wordsFor(alarms, fault)}
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
