import { useState } from "preact/hooks";
import { LabView } from "../../lab/lab-view";
import { share } from "../../ui/score";
import { Unrolled } from "../../ui/unrolled";
import equations from "./equations.tex";
import code from "./model.ts?code";
import { settings } from "./settings";
import { TryFault } from "./try-fault";
import { Watching } from "./watching";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("F1 of alarms");

export function AnomaliesView() {
  const [moved, move] = useState<number | null>(null);
  return (
    <LabView
      path="anomalies"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Faults are rare and no two are alike, so nobody has enough of them to learn from. But what is regular can be
          learned: this model sees nothing but waves in order, and says at each step what comes next. Where a series
          does not go as expected, something is wrong with it. How far off is too far, you decide: a strict threshold
          finds faults and raises false alarms, until these run together and tell nothing; a lax one keeps quiet and
          misses some.
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
