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
import { isSame } from "../../../pairs/pair";
import { share } from "../../../ui/score";
import code from "../model.ts?code";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import { symbolsOf } from "./parse";
import { settings } from "./settings";
import worker from "./worker?worker&url";

const score = share("pairs right");

/** Letters stand side by side, words apart. */
function useSeparator(): "" | " " {
  return lab.values.value.unit === "letters" ? "" : " ";
}

export function PairsView() {
  return (
    <LabView
      path="translation/pairs"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          The same model learns any pairs of texts: words and their translations, spellings, phrases. At first there is
          a tiny English and French, in which adjectives change places; a tenth of the phrases is held out for the
          score, and has to be put together from what the others taught. Paste pairs of your own among the settings.
        </p>
      }
      drawing={
        <EncoderDecoderDrawing
          source={["the", "red", "cat"]}
          target={["le", "chat", "rouge"]}
          label="The words the red cat go into an encoder that reads both ways. A decoder writes le chat rouge, and for each word it looks at all states of the encoder."
        />
      }
      picture={<Picture />}
      tryIt={<TryPair />}
    />
  );
}

function Picture() {
  const picture = usePicture<typeof experiment>();
  const separator = useSeparator();
  if (!picture) return <p class="muted">Nothing to see yet.</p>;
  const { made, target, isHeldOut } = picture;
  const isRight = isSame(made.symbols, target);
  return (
    <>
      <p>
        “{made.source.join(separator)}” should be “{target.join(separator)}”. It says{" "}
        <strong class={isRight ? "good" : "bad"}>{made.symbols.join(separator) || "nothing"}</strong>
        {isRight ? " ✓" : " ✗"}
      </p>
      {!isHeldOut && (
        <p class="muted">
          Of these pairs none was held out: the score is of pairs that it learns from, and this is one of them.
        </p>
      )}
      <Alignment made={made} label="Where it looks as it learns: source across, target down" />
    </>
  );
}

function TryPair() {
  const [text, setText] = useState("where is the very red house");
  const [beam, setBeam] = useState(3);
  const separator = useSeparator();
  const unit = separator === "" ? "letters" : "words";
  const question = useMemo(() => {
    const source = symbolsOf(text, unit);
    return source.length === 0 ? null : { source, beam };
  }, [text, unit, beam]);
  const answer = useAnswer<typeof experiment>(question);
  return (
    <>
      <div class="buttons">
        <label class="inline">
          To translate{" "}
          <input size={28} maxLength={80} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <BeamField beam={beam} onChange={setBeam} />
      </div>
      <p class="big" data-answer="translation">
        {answer?.made.symbols.join(separator) || "–"}
      </p>
      {answer && (
        <>
          <h3>While it decodes</h3>
          <Decoding made={answer.made} separator={separator} />
          <h3>Beam search</h3>
          <BeamTreeDrawing tree={answer.tree} beam={beam} />
        </>
      )}
    </>
  );
}
