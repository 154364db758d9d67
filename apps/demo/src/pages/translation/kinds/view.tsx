import { useState } from "preact/hooks";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { usePicture } from "../../../lab/use-picture";
import { Alignment } from "../../../pairs/alignment";
import { EncoderDecoderDrawing } from "../../../pairs/encoder-decoder-drawing";
import { formatPercent } from "../../../ui/format";
import { share } from "../../../ui/score";
import equations from "./equations.tex";
import type { experiment, Kind } from "./experiment";
import code from "./model.ts?code";
import { settings } from "./settings";
import "./kinds.css";
import worker from "./worker?worker&url";

const score = share("dates right, mean of the three");

export function KindsView() {
  return (
    <LabView
      path="translation/kinds"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Three translators learn from the same dates, in the same order. One has no attention: all that it knows of a
          date has to fit into the state in which reading ended. Bahdanau’s looks back before each step, with a small
          network for a score; Luong’s looks after each step, with a product for a score. Who is first, and who gets
          there at all?
        </p>
      }
      drawing={
        <EncoderDecoderDrawing
          source={["4", "␣", "M", "a", "y"]}
          target={["0", "5", "-", "0", "4"]}
          attends={false}
          label="Without attention: the letters of 4 May go into an encoder, and only its last state goes to the decoder, which writes 05-04."
        />
      }
      picture={<Picture />}
      tryIt={<TryKinds />}
    />
  );
}

function Picture() {
  const kinds = usePicture<typeof experiment>();
  if (!kinds) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>A date that none of them learned from: “{kinds[0]?.made.source.join("")}”.</p>
      <KindColumns kinds={kinds} where="inside" />
    </>
  );
}

function TryKinds() {
  const [text, setText] = useState("17 Aug 1999");
  const kinds = useAnswer<typeof experiment>(text.trim() || null);
  return (
    <>
      <p>
        <label>
          A date <input size={24} maxLength={40} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      </p>
      {kinds && <KindColumns kinds={kinds} where="tried" />}
    </>
  );
}

function KindColumns({ kinds, where }: { readonly kinds: readonly Kind[]; readonly where: string }) {
  return (
    <div class={`kinds ${where}`}>
      {kinds.map(({ name, right, made }) => (
        <div key={name}>
          <h3>{name}</h3>
          <p>
            <meter min={0} max={1} value={right} aria-label={`Dates right: ${name}`} /> {formatPercent(right)} of dates
            right
          </p>
          <p class="big" data-kind={name}>
            {made.symbols.join("") || "–"}
          </p>
          <Alignment made={made} label={`Alignment, ${where}: ${name}`} />
        </div>
      ))}
    </div>
  );
}
