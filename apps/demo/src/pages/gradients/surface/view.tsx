import { useEffect, useMemo, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { Equations } from "../../../ui/equations";
import { formatNumber } from "../../../ui/format";
import { NumberField } from "../../../ui/number-field";
import { SourceCode } from "../../../ui/source-code";
import { descend, errorAt } from "./descent";
import code from "./descent.ts?code";
import equations from "./equations.tex";
import { ErrorMap, REGION } from "./map";

const STEPS = 120;

const FIELDS = [
  { name: "w", label: "Weight w", from: REGION.w[0], to: REGION.w[1] },
  { name: "b", label: "Bias b", from: REGION.b[0], to: REGION.b[1] },
  { name: "lr", label: "Learning rate", from: 0.01, to: 5 },
  { name: "clip", label: "Clip at norm", from: 0.01, to: 10 },
] as const;

/** On the cliff, from where the one way leaves the map and the other does not. */
const START = { w: 5, b: -2.5, lr: 0.5, clip: 0.5 };

const isWithin = (value: number, from: number, to: number): boolean => value >= from && value <= to;

/** The error surface of one neuron that is fed back to itself, and two ways down it: nothing here runs on the GPU. */
export function SurfaceView() {
  const [chosen, choose] = useState<Record<(typeof FIELDS)[number]["name"], number>>(START);
  const isSound = FIELDS.every(({ name, from, to }) => isWithin(chosen[name], from, to));
  useEffect(() => {
    void lab.close(); // nothing here is trained
  }, []);
  const paths = useMemo(() => {
    if (!isSound) return [];
    const { w, b, lr, clip } = chosen;
    return [
      { kind: "unclipped", points: descend({ w, b }, { lr, clip: Number.POSITIVE_INFINITY, steps: STEPS }) },
      { kind: "clipped", points: descend({ w, b }, { lr, clip, steps: STEPS }) },
    ];
  }, [chosen, isSound]);
  return (
    <div class="lab">
      <p>
        One neuron, fed back to itself fifty times, should end at 0.7. Its error over w and b is flat almost everywhere,
        with a cliff where the fed-back loop tips over. On the cliff the gradient is huge, and a step along it throws
        the weights far off the map; clipped to a length, the same step stays near and goes on down. Choose where to
        begin with a click, or below.
      </p>
      <ErrorMap paths={paths} onChoose={({ w, b }) => choose({ ...chosen, w, b })} />
      <div class="controls">
        {FIELDS.map(({ name, label, from, to }) => (
          <NumberField
            key={name}
            id={`surface-${name}`}
            label={label}
            value={chosen[name]}
            from={from}
            to={to}
            note={{
              text: `from ${formatNumber(from)} to ${formatNumber(to)}`,
              isProblem: !isWithin(chosen[name], from, to),
            }}
            onChange={(value) => choose({ ...chosen, [name]: value })}
          />
        ))}
      </div>
      <ul data-answer="ends">
        {paths.map(({ kind, points }) => {
          const end = points.at(-1) ?? START;
          return (
            <li key={kind}>
              <span class={`key ${kind}`}>{kind}</span>: after {STEPS} steps at w {formatNumber(end.w)}, b{" "}
              {formatNumber(end.b)}, where the error is {formatNumber(errorAt(end).error)}
            </li>
          );
        })}
      </ul>
      <Equations url={equations} />
      <h2>The code of this page</h2>
      <SourceCode url={code} label="Source" />
    </div>
  );
}
