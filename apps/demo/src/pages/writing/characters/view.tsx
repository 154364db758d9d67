import { useEffect, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { ask } from "../../../lab/ask";
import { LabView } from "../../../lab/lab-view";
import { usePicture } from "../../../lab/use-picture";
import { share } from "../../../ui/score";
import { Unrolled } from "../../../ui/unrolled";
import { CellsView } from "./cells-view";
import equations from "./equations.tex";
import type { Cells, experiment } from "./experiment";
import code from "./model.ts?code";
import { Samples } from "./samples";
import { settings } from "./settings";
import { TryWriting } from "./try-writing";
import "./style.css";
import worker from "./worker?worker&url";

const score = share("next characters right");

export function CharactersView() {
  return (
    <LabView
      path="writing/characters"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Which character comes next? That is all the model is asked, of one text, over and over. To answer well it must
          learn to spell, then which words there are, then to close what was opened. It reads the text in sixteen places
          side by side and carries on from chunk to chunk what it remembers. A tenth of the text is held out, and the
          score is of that.
        </p>
      }
      drawing={
        <Unrolled
          cell="h"
          steps={[..."whal"].map((input, step) => ({ input, output: "hale".charAt(step) }))}
          label="Four steps: w, h, a and l go in; h, a, l and e come out."
        />
      }
      picture={<Picture />}
      tryIt={<TryWriting />}
    />
  );
}

function Picture() {
  const picture = usePicture<typeof experiment>();
  const [cells, show] = useState<Cells | null>(null);
  const [typed, setTyped] = useState("");
  useEffect(() => {
    if (picture) show(picture.cells);
  }, [picture]);
  const read = async (text: string) => {
    const answer = await ask<typeof experiment>({ kind: "read", text });
    if (answer !== null && typeof answer !== "string") show(answer);
  };
  if (!picture || !cells) return <p class="muted">Nothing to see yet.</p>;
  const isBusy = !lab.isOpen.value;
  return (
    <>
      <h3>What it writes</h3>
      <Samples text={picture.sample} />
      <h3>The cells</h3>
      <p>
        Each unit of the last layer holds a number from −1 to 1 after every character. Most mean nothing to a reader;
        some come to keep count of something, such as whether a quotation is open or how far the line has got (Karpathy,
        Johnson and Fei-Fei 2015). Train for a while, choose what to look for, and see.
      </p>
      <CellsView cells={cells} />
      <form
        class="buttons"
        onSubmit={(event) => {
          event.preventDefault();
          void read(typed);
        }}
      >
        <button type="button" disabled={isBusy} onClick={() => void read("")}>
          Another passage
        </button>
        <label>
          or text of your own{" "}
          <input value={typed} maxLength={480} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <button type="submit" disabled={isBusy || typed === ""}>
          Read it
        </button>
      </form>
    </>
  );
}
