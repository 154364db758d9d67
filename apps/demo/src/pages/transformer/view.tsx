import { useMemo, useState } from "preact/hooks";
import { lab } from "../../client/lab";
import { LabView } from "../../lab/lab-view";
import { useAnswer } from "../../lab/use-answer";
import { usePicture } from "../../lab/use-picture";
import { share } from "../../ui/score";
import { Scrollable } from "../../ui/scrollable";
import { AttentionDrawing } from "./drawing";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import { HeadMaps } from "./head-maps";
import code from "./model.ts?code";
import { settings } from "./settings";
import { TASKS, type TaskName } from "./tasks";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("places right");

export function TransformerView() {
  return (
    <LabView
      path="transformer"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          No state goes from step to step here. Each place of a row of digits looks at all others at once, through a few
          heads that each learn what to look for, and says a number. Reverse and sort need to know where things stand,
          count needs not: take the positions away and see which of them can still be learned.
        </p>
      }
      drawing={<AttentionDrawing />}
      picture={<Picture />}
      tryIt={<TryDigits />}
    />
  );
}

function Picture() {
  const reading = usePicture<typeof experiment>();
  return (
    <>
      <p>
        One row of digits, and how much each place looks at each: the digits stand across, and down the side what the
        model says at each place. To reverse, a head learns the diagonal from the lower left to the upper right.
      </p>
      {reading ? (
        <HeadMaps reading={reading} label="What each head looks at" />
      ) : (
        <p class="muted">Nothing to see yet.</p>
      )}
    </>
  );
}

/** Digits to try first. */
const BEGINNING = "3141592653589793";

function TryDigits() {
  const task = TASKS[String(lab.values.value.task ?? "Reverse") as TaskName];
  const length = Number(lab.values.value.length ?? 8);
  const most = task.digits - 1;
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? Array.from(BEGINNING.slice(0, length), (digit) => Math.min(most, Number(digit))).join("");
  const isWhole = new RegExp(`^[0-${most}]{${length}}$`).test(text);
  const question = useMemo(() => (isWhole ? [...text].map(Number) : null), [isWhole, text]);
  const reading = useAnswer<typeof experiment>(question);
  return (
    <>
      <p>{task.about}</p>
      <p>
        <label>
          {length} digits from 0 to {most}{" "}
          <input
            size={18}
            inputMode="numeric"
            value={text}
            aria-invalid={!isWhole}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      </p>
      {reading && isWhole ? (
        <>
          <Scrollable label="What it says">
            <table data-answer="digits">
              <tbody>
                <tr>
                  <th scope="row">Digits</th>
                  {reading.digits.map((digit, place) => (
                    <td key={place}>{digit}</td>
                  ))}
                </tr>
                <tr>
                  <th scope="row">It says</th>
                  {reading.said.map((answer, place) => (
                    <td key={place} class={answer === reading.expected[place] ? "good" : "bad"}>
                      {answer} {answer === reading.expected[place] ? "✓" : "✗"}
                    </td>
                  ))}
                </tr>
              </tbody>
            </table>
          </Scrollable>
          <HeadMaps reading={reading} label="What each head looks at in your digits" />
        </>
      ) : (
        <p class="muted">{isWhole ? "–" : `The model was trained on rows of ${length}: type as many.`}</p>
      )}
    </>
  );
}
