import { LabView } from "../../../lab/lab-view";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { PianoRoll } from "./piano-roll";
import { settings } from "./settings";
import "./style.css";
import { TryTunes } from "./try-tunes";
import worker from "./worker?worker&url";

const score = share("rules kept");

export function TunesView() {
  return (
    <LabView
      path="music/tunes"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          One vector becomes many tokens: a key and a style set the first state, and from then on each token that is
          drawn is fed back to make the next. A bar is its chord and eight eighths. It learns from tunes made by rule:
          chords follow one another as in songs, notes on strong beats are of the chord, all are of the key, and the end
          is the tonic. Nobody tells it the rules; the score counts how many tokens keep them.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[
            { input: "key, style", output: "C" },
            { input: "C", output: "E4" },
            { input: "E4", output: "F4" },
            { input: "F4", output: "G4" },
            { input: "G4", output: "…" },
          ]}
          label="One input at the first step; from then on each output is the input of the next step."
        />
      }
      picture={<Picture />}
      tryIt={<TryTunes />}
    />
  );
}

function Picture() {
  const tune = usePicture<typeof experiment>();
  if (!tune) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>
        A song in C major, drawn anew from the same seed as it learns. Notes of the key lie on shaded rows;{" "}
        <span class="key loss">what breaks a rule</span> is dashed or marked ✗.
      </p>
      <PianoRoll name="The same song as it learns" tune={tune} />
    </>
  );
}
