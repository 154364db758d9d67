import { lab } from "../../client/lab";
import { LabView } from "../../lab/lab-view";
import { usePicture } from "../../lab/use-picture";
import { share } from "../../ui/score";
import { Unrolled } from "../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { RaceTable } from "./race-table";
import { settings } from "./settings";
import { TryAdding } from "./try-adding";
import { TryCopying } from "./try-copying";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("score of who leads");

export function ZooView() {
  const gap = Number(lab.values.value.gap ?? 0);
  return (
    <LabView
      path="zoo"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <>
          <p>
            Up to ten recurrent networks run the same race: the same examples, as many units, one training step after
            another. A step is the turn of one of them, and after each has had one all are updated. The loss above the
            table is the mean of all.
          </p>
          <p>
            To copy memory, a model reads two letters, waits over a gap, and says them after a signal; one that guesses
            is right in a quarter of cases. In the adding problem it reads numbers, two of which are marked, and says
            their sum at the end. Make the gap longer and see who falls behind.
          </p>
        </>
      }
      drawing={
        <Unrolled
          cell="?"
          steps={[
            { input: "B" },
            { input: "C" },
            { input: "·" },
            { input: "·" },
            { input: "signal" },
            { input: "·", output: "B" },
            { input: "·", output: "C" },
          ]}
          label="Copy memory: B and C go in, then blanks and a signal; after it B and C are to come out. Any cell may stand in the boxes."
        />
      }
      picture={<Race />}
      tryIt={lab.values.value.task === "adding problem" ? <TryAdding gap={gap} /> : <TryCopying gap={gap} />}
    />
  );
}

function Race() {
  const standings = usePicture<typeof experiment>();
  return standings ? <RaceTable standings={standings} /> : <p class="muted">Nobody has started yet.</p>;
}
