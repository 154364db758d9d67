import { OPINION_WORDS } from "@unroll/data";
import { useMemo, useState } from "preact/hooks";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { MovingScore, Verdict } from "./moving-score";
import { settings } from "./settings";
import { LONGEST, wordsOf } from "./words";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("sentences right");

export function OpinionsView() {
  return (
    <LabView
      path="sentiment/opinions"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Does a sentence praise or blame? Counting good and bad words does not tell: “not” turns them round, “slightly”
          and “extremely” weigh them, and after “but” comes what matters. The sentences are drawn from a small grammar,
          new ones for every step, and the model is told only how each is meant as a whole. What it thinks on the way is
          its own.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={["room", "was", "not", "good"].map((input, at) => ({
            input,
            ...(at === 3 ? { output: "blame" } : {}),
          }))}
          label="Four words go in one after another; only the last step has an output, which says that the sentence blames."
        />
      }
      picture={<Picture />}
      tryIt={<TrySentence />}
    />
  );
}

function Picture() {
  const readings = usePicture<typeof experiment>();
  if (!readings) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>
        How likely the model holds it that these sentences praise, after each word: bars go up for praise and down for
        blame. Each pair has nearly the same words, and means opposite things.
      </p>
      <ul class="readings">
        {readings.map((reading) => (
          <li key={reading.words.join(" ")}>
            <MovingScore of={reading} label={reading.words.join(" ")} />
            <strong>
              <Verdict of={reading} />
            </strong>
          </li>
        ))}
      </ul>
    </>
  );
}

const EXAMPLES = [
  "the service was not really terrible",
  "although the bed was awful, i loved the view",
  "i never liked the music but the price was fair",
];

function TrySentence() {
  const [typed, setTyped] = useState(EXAMPLES[0] ?? "");
  const all = useMemo(() => wordsOf(typed), [typed]);
  const words = useMemo(() => all.slice(0, LONGEST), [all]);
  const question = words.length === 0 ? null : words;
  const reading = useAnswer<typeof experiment>(question);
  const strange = [...new Set(words.filter((word) => !OPINION_WORDS.includes(word)))];
  return (
    <>
      <p>
        <label class="sentence">
          Sentence
          <input value={typed} maxLength={160} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
      </p>
      <div class="buttons">
        {EXAMPLES.map((example) => (
          <button type="button" key={example} aria-pressed={typed === example} onClick={() => setTyped(example)}>
            {example}
          </button>
        ))}
      </div>
      {reading && <MovingScore of={reading} label="The score after each word" />}
      <p class="big" data-answer="verdict">
        {reading ? <Verdict of={reading} /> : "–"}
      </p>
      {strange.length > 0 && (
        <p class="muted" aria-live="polite" data-answer="strange">
          It has never seen: {strange.join(", ")}.
        </p>
      )}
      {all.length > words.length && (
        <p class="muted" aria-live="polite" data-answer="cut">
          Only the first {LONGEST} of {all.length} words are read.
        </p>
      )}
      <details>
        <summary>All {OPINION_WORDS.length} words that it knows</summary>
        <p>{OPINION_WORDS.join(" ")}</p>
      </details>
    </>
  );
}
