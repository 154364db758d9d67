import { useMemo, useState } from "preact/hooks";
import { LabView } from "../../lab/lab-view";
import { useAnswer } from "../../lab/use-answer";
import { usePicture } from "../../lab/use-picture";
import { Alignment } from "../../pairs/alignment";
import { BeamField } from "../../pairs/beam-field";
import { BeamTreeDrawing } from "../../pairs/beam-tree";
import { Decoding } from "../../pairs/decoding";
import { EncoderDecoderDrawing } from "../../pairs/encoder-decoder-drawing";
import { isSame } from "../../pairs/pair";
import { share } from "../../ui/score";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { heardIn } from "./phonemes";
import { settings } from "./settings";
import "./pronunciation.css";
import worker from "./worker?worker&url";

const score = share("new words right");

export function Page() {
  return (
    <LabView
      path="pronunciation"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          How is an English word said? The same letters sound differently in <em>though</em>, <em>tough</em> and{" "}
          <em>thought</em>, so the model reads the whole word both ways before it says a phoneme, and looks back at the
          letters that make it. It learns some thousand common words of the CMU pronouncing dictionary, and is scored
          with words that it never saw.
        </p>
      }
      drawing={
        <EncoderDecoderDrawing
          source={[..."ship"]}
          target={["SH", "IH", "P"]}
          label="The letters of ship go into an encoder that reads both ways. A decoder says SH IH P, each phoneme going into its next step, and for each it looks at all states of the encoder."
        />
      }
      picture={<Picture />}
      tryIt={<TryWord />}
    />
  );
}

function Picture() {
  const picture = usePicture<typeof experiment>();
  if (!picture) return <p class="muted">Nothing to see yet.</p>;
  const { made, target } = picture;
  const isRight = isSame(made.symbols, target);
  return (
    <>
      <p>
        A word that it never saw: <strong>{made.source.join("")}</strong> is {target.join(" ")}. It says{" "}
        <strong class={isRight ? "good" : "bad"}>{made.symbols.join(" ") || "nothing"}</strong>
        {isRight ? " ✓" : " ✗"}
      </p>
      <Alignment made={made} label="Which letters it looks at: letters across, phonemes down" />
    </>
  );
}

/** What is left of a text in the letters that the model reads, those without their accents among them. */
function lettersOf(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}

function TryWord() {
  const [text, setText] = useState("ship");
  const [beam, setBeam] = useState(3);
  const word = lettersOf(text);
  const question = useMemo(() => (word === "" ? null : { source: [...word], beam }), [word, beam]);
  const answer = useAnswer<typeof experiment>(question);
  const phonemes = answer?.made.symbols ?? [];
  return (
    <>
      <div class="buttons">
        <label class="inline">
          A word <input size={12} maxLength={12} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <BeamField beam={beam} onChange={setBeam} />
      </div>
      {word !== text.toLowerCase() && <p class="muted">Read as “{word}”: it learns words of the letters a to z.</p>}
      <p class="big" data-answer="phonemes">
        {phonemes.join(" ") || "–"}
      </p>
      <ol class="phonemes" aria-label="The phonemes">
        {phonemes.map((phoneme, at) => (
          <li key={at}>
            <strong>{phoneme}</strong> <span class="muted">as in {heardIn(phoneme) ?? phoneme.toLowerCase()}</span>
          </li>
        ))}
      </ol>
      {answer && (
        <>
          <h3>While it speaks</h3>
          <Decoding made={answer.made} separator=" " />
          <h3>Beam search</h3>
          <BeamTreeDrawing tree={answer.tree} beam={beam} />
        </>
      )}
    </>
  );
}
