import { lab } from "../client/lab";
import { formatBytes, formatNumber } from "./format";
import type { ScoreName } from "./score";

/** Where training stands and what it costs. */
export function Readouts({ score }: { readonly score: ScoreName }) {
  const points = lab.history.value;
  const last = points.at(-1);
  const measured = points.findLast((point) => point.score !== null)?.score ?? null;
  const { stepsPerSecond, dispatchesPerStep, bytes } = lab.cost.value;
  const about = lab.about.value;
  const facts: readonly (readonly [name: string, value: string, id: string])[] = [
    ["Step", formatNumber(last?.step ?? 0), "step"],
    ["Loss", last ? formatNumber(last.loss) : "–", "loss"],
    [score.name, measured === null ? "–" : score.format(measured), "score"],
    ["Steps per second", formatNumber(stepsPerSecond), "rate"],
    ["Dispatches per step", formatNumber(dispatchesPerStep), "dispatches"],
    ["Device memory", formatBytes(bytes), "memory"],
    ["Parameters", about ? formatNumber(about.parameters) : "–", "parameters"],
  ];
  return (
    <>
      <dl class="facts">
        {facts.map(([name, value, id]) => (
          <div key={id}>
            <dt>{name}</dt>
            <dd data-fact={id}>{value}</dd>
          </div>
        ))}
      </dl>
      {about && <p class="muted device">On {about.device}.</p>}
    </>
  );
}
