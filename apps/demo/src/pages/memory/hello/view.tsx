import { useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { settings } from "./settings";
import worker from "./worker?worker&url";

const score = share("letters right");

export function HelloView() {
  return (
    <LabView
      path="memory/hello"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Forty numbers learn to spell. After the first L of HELLO comes an L, after the second an O: the letter alone
          does not tell which, so three units have to remember where in the word they are.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[..."HELL"].map((input, step) => ({ input, output: "ELLO".charAt(step) }))}
          label="Four steps: H, E, L and L go in; E, L, L and O come out."
        />
      }
      tryIt={<TrySpelling />}
    />
  );
}

function TrySpelling() {
  const word = String(lab.values.value.word ?? "");
  const [typed, setTyped] = useState<{ readonly word: string; readonly text: string } | null>(null);
  const beginning = typed?.word === word ? typed.text : word.charAt(0); // another word has other letters
  const spelled = useAnswer<typeof experiment>(beginning || null);
  return (
    <>
      <p>
        <label>
          Begin with{" "}
          <input
            size={12}
            value={beginning}
            onInput={(event) => setTyped({ word, text: event.currentTarget.value.toUpperCase() })}
          />
        </label>
      </p>
      <p class="big" data-answer="spelled">
        {spelled ?? "–"}
      </p>
    </>
  );
}
