import { useEffect, useState } from "preact/hooks";
import { formatPercent, visible } from "../../../ui/format";
import { type CollapsedStep, collapse } from "./collapse";
import type { Heard } from "./experiment";
import type { Sound } from "./frames";
import { PathChart } from "./path-chart";

const EVERY_MS = 150;

/**
 * What is heard: the texts that the decoders find, the path through the probabilities, and its collapse step by step, which
 * begins anew with another sound.
 */
export function Decoding({ heard, sound }: { readonly heard: Heard; readonly sound: Sound }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [isRunning, setRunning] = useState(false);
  const { path, alphabet, beam, text, frames } = heard;
  const last = path.length - 1;
  const at = Math.min(chosen ?? last, last);
  const symbols = ["", ...alphabet];
  const steps = collapse(path, symbols);
  const shown = path.map((label) => visible(symbols[label] || "–"));

  useEffect(() => {
    setChosen(null);
    setRunning(false);
  }, [sound]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setChosen((now) => Math.min((now ?? 0) + 1, last)), EVERY_MS);
    return () => clearInterval(timer);
  }, [isRunning, last]);
  useEffect(() => {
    if (chosen === last) setRunning(false);
  }, [isRunning, chosen, last]);

  const go = (step: number) => {
    setRunning(false);
    setChosen(Math.max(0, Math.min(last, step)));
  };
  const nextLetter = steps.findIndex(({ fate }, step) => step > at && fate === "new");
  return (
    <>
      <p class="big" data-answer="heard">
        {text || "–"}
      </p>
      <PathChart
        name="Probabilities of what is heard"
        said={heard}
        frames={frames}
        at={chosen === null ? undefined : at}
      />
      <h3>How the path becomes a text</h3>
      <div class="step-slider">
        <button
          type="button"
          onClick={() => {
            if (!isRunning && at === last) setChosen(0);
            setRunning(!isRunning);
          }}
        >
          {isRunning ? "Hold" : "Step through"}
        </button>
        <label for="collapse-step">Step</label>
        <input
          id="collapse-step"
          type="range"
          min={1}
          max={path.length}
          value={at + 1}
          onInput={(event) => go(event.currentTarget.valueAsNumber - 1)}
        />
        <button type="button" disabled={nextLetter < 0} onClick={() => go(nextLetter)}>
          Next letter
        </button>
      </div>
      <p data-answer="step">{words(at, shown, steps)}</p>
      <dl class="collapse">
        <dt>Path</dt>
        <dd>
          {shown.slice(0, at).join("")}
          <mark>{shown[at]}</mark>
          <span class="muted">{shown.slice(at + 1).join("")}</span>
        </dd>
        <dt>Without repeats</dt>
        <dd data-answer="merged">
          {shown
            .slice(0, at + 1)
            .filter((symbol, step) => symbol !== shown[step - 1])
            .join("")}
        </dd>
        <dt>Without blanks</dt>
        <dd data-answer="collapsed">{steps[at]?.text}</dd>
      </dl>
      <h3>The likeliest texts</h3>
      <p>
        The path above takes the likeliest class of each step. A beam search adds up all paths of a text; these it finds
        likeliest:
      </p>
      <ol data-answer="beam">
        {beam.map(({ text: found, probability }) => (
          <li key={found}>
            {found || "nothing"} <span class="muted">{formatPercent(probability)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What happens at a step. */
function words(at: number, shown: readonly string[], steps: readonly CollapsedStep[]): string {
  const place = `Step ${at + 1} of ${steps.length}`;
  const fate = steps[at]?.fate;
  if (fate === "new") return `${place}: ${shown[at]} begins and is written.`;
  if (fate === "repeat") return `${place}: ${shown[at]} goes on. It is written once.`;
  return `${place}: the blank. Nothing is written.`;
}
