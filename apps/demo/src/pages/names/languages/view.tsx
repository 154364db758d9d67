import { useState } from "preact/hooks";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { usePicture } from "../../../lab/use-picture";
import { ConfusionMatrix } from "../../../ui/confusion-matrix";
import { formatPercent } from "../../../ui/format";
import { share } from "../../../ui/score";
import { Scrollable } from "../../../ui/scrollable";
import { Unrolled } from "../../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment, Guess } from "./experiment";
import code from "./model.ts?code";
import { settings } from "./settings";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("names right");
/** As many letters as the model reads. */
const MOST_LETTERS = 16;
const EXAMPLES = ["Kowalski", "Wahyuningsih", "Pirandello", "Yıldırım", "Kalniņš", "Babatunde"];

export function LanguagesView() {
  return (
    <LabView
      path="names/languages"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Which language is a surname from? The model reads one letter after another and says at the end what it thinks.
          Nobody tells it that -ski is Polish and -oğlu Turkish: it finds out what gives a name away. A fifth of the
          names is held out, and the score is of those: of 24 of each language at most, so that each counts about alike.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[..."rossi"].map((input, at) => ({ input, ...(at === 4 ? { output: "Italian" } : {}) }))}
          label="The letters of Rossi go in one after another; only the last step has an output, which says Italian."
        />
      }
      picture={<Picture />}
      tryIt={<TryName />}
    />
  );
}

function Picture() {
  const confusion = usePicture<typeof experiment>();
  if (!confusion) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>
        Held-out names, by the language that they are of and the language that the model takes them for. Related
        languages are confused longest.
      </p>
      <ConfusionMatrix of={confusion} what="held-out names" />
    </>
  );
}

function TryName() {
  const [typed, setTyped] = useState("Kowalski");
  const name = typed.trim();
  const guesses = useAnswer<typeof experiment>(name === "" ? null : name) ?? [];
  const last = guesses.at(-1);
  return (
    <>
      <p>
        <label>
          Surname{" "}
          <input
            size={18}
            maxLength={MOST_LETTERS}
            value={typed}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      </p>
      <div class="buttons">
        {EXAMPLES.map((example) => (
          <button type="button" key={example} aria-pressed={typed === example} onClick={() => setTyped(example)}>
            {example}
          </button>
        ))}
      </div>
      <p class="big" data-answer="language">
        {last?.top[0]?.language ?? "–"}
      </p>
      {guesses.length > 0 && <LetterByLetter guesses={guesses} />}
    </>
  );
}

/** The top three after each letter, so that one sees which letter gave it away. */
function LetterByLetter({ guesses }: { readonly guesses: readonly Guess[] }) {
  return (
    <Scrollable label="The top three, letter by letter">
      <table class="guesses">
        <thead>
          <tr>
            <th scope="col">Read so far</th>
            <th scope="col">First</th>
            <th scope="col">Second</th>
            <th scope="col">Third</th>
          </tr>
        </thead>
        <tbody>
          {guesses.map(({ read, top }, at) => (
            <tr key={at}>
              <th scope="row">
                {read.slice(0, -1)}
                <mark>{read.slice(-1)}</mark>
              </th>
              {top.map(({ language, p }) => (
                <td key={language}>
                  {language} <small>{formatPercent(Math.round(100 * p) / 100)}</small>
                  <span class="bar" style={{ width: `${100 * p}%` }} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
