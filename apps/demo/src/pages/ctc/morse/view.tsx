import { LabView } from "../../../lab/lab-view";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import { AlignmentChart } from "./alignment-chart";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { PathChart } from "./path-chart";
import { settings } from "./settings";
import "./style.css";
import { TryMorse } from "./try-morse";
import worker from "./worker?worker&url";

const score = share("letters right");

export function MorseView() {
  return (
    <LabView
      path="ctc/morse"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Morse code as sound goes in, a text should come out, and nobody says when each letter is sent.{" "}
          <dfn>Connectionist temporal classification</dfn> adds up the probabilities of all ways in which the steps can
          say the text: every letter may last several steps, and between letters stands a <dfn>blank</dfn>, written –.
          What counts is the text that is left when repeats and then blanks are taken out.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          isBidirectional
          steps={[
            { input: "♪ ♪", output: "–" },
            { input: "♪", output: "S" },
            { input: "silence", output: "S" },
            { input: "♪♪♪", output: "–" },
            { input: "♪♪♪", output: "O" },
            { input: "silence", output: "–" },
          ]}
          label="Six steps of a network that reads both ways: sounds go in, and each step says a letter or the blank."
        />
      }
      picture={<Picture />}
      tryIt={<TryMorse />}
    />
  );
}

function Picture() {
  const look = usePicture<typeof experiment>();
  if (!look) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>
        <strong>{look.sent}</strong> is sent. On top is how loud the tone is, below it how probable each letter is at
        each step, and <span class="key loss">the path</span> of the likeliest, which says{" "}
        <strong data-picture="said">{look.text || "nothing yet"}</strong>.
      </p>
      <PathChart name="Probabilities over time" said={look} frames={look.frames} />
      <p>
        This is what the loss asks for instead: how probable it is that a path which does say {look.sent} is at that
        letter then. At first it has no idea, and spreads each letter out. As network and loss agree on times, it turns
        sharp. When that is they choose themselves: a network that hears both ways may say a letter before it is sent.
      </p>
      <AlignmentChart alignment={look.alignment} sent={look.sent} />
    </>
  );
}
