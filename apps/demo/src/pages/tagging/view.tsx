import { LabView } from "../../lab/lab-view";
import { usePicture } from "../../lab/use-picture";
import { share } from "../../ui/score";
import { Unrolled } from "../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { ScoreTable } from "./score-table";
import { settings } from "./settings";
import { TrySentence } from "./try-sentence";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("words all right");

export function TaggingView() {
  return (
    <LabView
      path="tagging"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <>
          <p>
            Every word gets three tags: its part of speech, the entity that it belongs to, and the slot of a request
            that it fills. B begins a span, I goes on with it, O is none.
          </p>
          <p>
            Florence may be a town, a person or a bank, and only the next word tells which. Two models learn side by
            side: one has read the sentence up to the word, the other has read it from its end as well. No amount of
            training helps the first one out.
          </p>
        </>
      }
      drawing={
        <Unrolled
          cell="h"
          isBidirectional
          steps={[
            { input: "Florence", output: "B-PER" },
            { input: "Smith", output: "I-PER" },
            { input: "sings", output: "O" },
            { input: "in", output: "O" },
            { input: "Rome", output: "B-LOC" },
          ]}
          label="Five words go in, each has a tag as output; the state goes from word to word in both directions."
        />
      }
      picture={<Picture />}
      tryIt={<TrySentence />}
    />
  );
}

function Picture() {
  const scores = usePicture<typeof experiment>();
  return scores ? <ScoreTable scores={scores} /> : <p class="muted">Nothing to see yet.</p>;
}
