import { useMemo, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import { answerTo } from "../../answer-to";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { NormChart } from "./norm-chart";
import { settings } from "./settings";
import worker from "./worker?worker&url";

const score = share("first steps told");

export function GapView() {
  return (
    <LabView
      path="gradients/gap"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          The first step says 1 or −1, noise follows, and at the end the model must tell which it was. To learn that,
          the gradient of the loss must reach the first step. In the simple cell each step multiplies it by much the
          same factor, and it dies out or blows up; an LSTM’s memory carries it through. Watch the line: flat means that
          the whole sequence learns.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[
            { input: "1" },
            { input: "0.3" },
            { input: "−0.1" },
            { input: "…" },
            { input: "0.4", output: "1 or −1?" },
          ]}
          label="A sequence goes in, the first step of which tells; only the last step has an output, which says what the first was."
        />
      }
      picture={<Picture />}
      tryIt={<TryGap />}
    />
  );
}

function Picture() {
  const norms = usePicture<typeof experiment>();
  return norms ? <NormChart norms={norms} /> : <p class="muted">Nothing to see yet.</p>;
}

function TryGap() {
  const [first, setFirst] = useState(1);
  const [throws, setThrows] = useState(0);
  const steps = Number(lab.values.value.steps ?? 0);
  const question = useMemo(
    () => (steps === 0 ? null : { first, noise: Array.from({ length: steps }, () => Math.random() - 0.5) }),
    [first, steps, throws],
  );
  const answer = answerTo(question, useAnswer<typeof experiment>(question));
  return (
    <>
      <div class="buttons">
        {[1, -1].map((value) => (
          <button type="button" key={value} aria-pressed={first === value} onClick={() => setFirst(value)}>
            Begin with {value === 1 ? "1" : "−1"}
          </button>
        ))}
        <button type="button" onClick={() => setThrows(throws + 1)}>
          Other noise
        </button>
      </div>
      <p class="big" data-answer="first">
        {answer === null
          ? "–"
          : `It says that the first step was ${answer.said === 1 ? "1" : "−1"} ${answer.said === first ? "✓" : "✗"}`}
      </p>
    </>
  );
}
