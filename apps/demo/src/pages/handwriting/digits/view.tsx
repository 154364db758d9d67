import { LabView } from "../../../lab/lab-view";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import { EarlyChart } from "./early-chart";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { AIR, STRIDE } from "./pen-path";
import { settings } from "./settings";
import "./style.css";
import { TryDigits } from "./try-digits";
import worker from "./worker?worker&url";

const score = share("digits known at the end");

export function DigitsView() {
  return (
    <LabView
      path="handwriting/digits"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <>
          <p>
            A pen writes a digit, and a network follows it step by step: which way it went, whether it was lifted, where
            it is. After every step it says which digit that will be. This is <dfn>online</dfn> recognition: it reads
            forward only, and never waits for the end. It learns from digits that no one wrote: each is drawn by rule,
            in a hand of its own.
          </p>
          <p>
            In the equations Δ is the way of a step. The paper is 1 wide; a step on it is {STRIDE} long, and <i>s</i> is
            as much. A step through the air, from one stroke to the next, is as long as it is, and there <i>s</i> is{" "}
            {AIR}.
          </p>
        </>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[
            { input: "↗", output: "1? 2? 7?" },
            { input: "→", output: "2? 7?" },
            { input: "↙", output: "7?" },
            { input: "↙", output: "7?" },
            { input: "lift", output: "7" },
          ]}
          label="Five steps of a pen go in, one after the other; each step gives the digits that it may become."
        />
      }
      picture={<Picture />}
      tryIt={<TryDigits />}
    />
  );
}

function Picture() {
  const known = usePicture<typeof experiment>();
  if (!known) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>How many digits are known when only a part of each is written, of hands that it has not seen:</p>
      <EarlyChart known={known} />
    </>
  );
}
