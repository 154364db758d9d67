import { useState } from "preact/hooks";
import { usePicture } from "../../lab/use-picture";
import { formatPercent } from "../../ui/format";
import { bestOf, judge, judgedOf, regularityOf, SETTLING, scaleOf } from "./detection";
import type { experiment } from "./experiment";
import { nameOf } from "./faults";
import { SeriesChart, SeriesKey } from "./series-chart";
import { TradeOff } from "./trade-off";

/** All series that are watched: what a threshold does to all of them, and one to look at. */
export function Watching({
  moved,
  move,
}: {
  readonly moved: number | null;
  readonly move: (threshold: number | null) => void;
}) {
  const all = usePicture<typeof experiment>();
  const [row, setRow] = useState(0);
  if (!all) return <p class="muted">Nothing to see yet.</p>;
  const judged = judgedOf(all);
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
            <output for="threshold" aria-live="off">
              {threshold.toFixed(3)}
            </output>
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
            {verdict.alarms} alarms on {all.length} new series, {verdict.faults} of which have a fault. An alarm finds a
            fault if at least half of it lies within the fault and the {SETTLING} steps after.
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
          Series {row + 1} of {all.length}: {shown ? nameOf(shown.kind) : ""}
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
