import { DatesInWords, Random } from "@unroll/data";
import { useMemo, useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { LabView } from "../../../lab/lab-view";
import { useAnswer } from "../../../lab/use-answer";
import { usePicture } from "../../../lab/use-picture";
import { Alignment } from "../../../pairs/alignment";
import { BeamField } from "../../../pairs/beam-field";
import { BeamTreeDrawing } from "../../../pairs/beam-tree";
import { Decoding } from "../../../pairs/decoding";
import { EncoderDecoderDrawing } from "../../../pairs/encoder-decoder-drawing";
import { share } from "../../../ui/score";
import code from "../model.ts?code";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import { DATES, settings } from "./settings";
import worker from "./worker?worker&url";

const score = share("dates right");

export function DatesView() {
  return (
    <LabView
      path="translation/dates"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          Dates as people write them become ISO 8601, letter by letter. A network reads the date both ways; another
          writes, and before each letter it looks back at what was read: attention says where. Nobody tells it which
          letters name the month. Watch the matrix below find out. A date that is scored was never learned from.
        </p>
      }
      drawing={
        <EncoderDecoderDrawing
          source={["4", "␣", "M", "a", "y"]}
          target={["0", "5", "-", "0", "4"]}
          label="The letters of 4 May go into an encoder that reads both ways. A decoder writes 05-04, each letter going into its next step, and for each it looks at all states of the encoder."
        />
      }
      picture={<Picture />}
      tryIt={<TryDate />}
    />
  );
}

function Picture() {
  const picture = usePicture<typeof experiment>();
  if (!picture) return <p class="muted">Nothing to see yet.</p>;
  const { made, target } = picture;
  const [written, wanted] = [made.symbols.join(""), target.join("")];
  return (
    <>
      <p>
        “{made.source.join("")}” is {wanted}. It says{" "}
        <strong class={written === wanted ? "good" : "bad"}>{written || "nothing"}</strong>
        {written === wanted ? " ✓" : " ✗"}. Each row is a letter that it wrote; the stronger a column, the more it
        looked there.
      </p>
      <Alignment made={made} label="Where it looks as it learns: source across, target down" />
    </>
  );
}

function TryDate() {
  const [text, setText] = useState("17 August 1999");
  const [beam, setBeam] = useState(3);
  const kind = settings.dates.options.find((option) => option === lab.values.value.dates);
  const dates = useMemo(() => kind && new DatesInWords(DATES[kind]), [kind]);
  const source = text.trim();
  const question = useMemo(() => (source === "" ? null : { source: [...source], beam }), [source, beam]);
  const answer = useAnswer<typeof experiment>(question);
  const draw = () => {
    const [drawn] = dates?.draw(new Random(Date.now()), 1, { part: "heldOut" }) ?? [];
    if (drawn) setText(drawn.text);
  };
  return (
    <>
      <div class="buttons">
        <label class="inline">
          A date <input size={22} maxLength={40} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="button" onClick={draw}>
          Another date
        </button>
        <BeamField beam={beam} onChange={setBeam} />
      </div>
      <p class="big" data-answer="iso">
        {answer?.made.symbols.join("") || "–"}
      </p>
      {answer && (
        <>
          <h3>While it decodes</h3>
          <Decoding made={answer.made} separator="" />
          <h3>Beam search</h3>
          <p>
            The likeliest letter at each step is not always the beginning of the likeliest date. A search with several
            beams goes on with several beginnings, and drops what falls behind.
          </p>
          <BeamTreeDrawing tree={answer.tree} beam={beam} />
        </>
      )}
    </>
  );
}
