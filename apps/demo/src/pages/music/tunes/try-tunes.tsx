import { chordName, type MelodySeed } from "@unroll/data";
import { useEffect, useState } from "preact/hooks";
import { playNotes } from "../../../audio/play";
import { usePlaying } from "../../../audio/use-playing";
import { lab } from "../../../client/lab";
import { Failed } from "../../../ui/failed";
import { formatPercent } from "../../../ui/format";
import { NumberField } from "../../../ui/number-field";
import type { Tune, Wish } from "./experiment";
import { PianoRoll } from "./piano-roll";
import { EIGHTH, playedNotes, sheetOf } from "./score-sheet";
import { keysOf, STYLES } from "./seeds";

/** A tune to one's own taste, to be seen and heard. */
export function TryTunes() {
  const keys = keysOf(Number(lab.values.value.keys ?? 1));
  const [chosen, setKey] = useState(0);
  const [style, setStyle] = useState<MelodySeed["style"]>("song");
  const [temperature, setTemperature] = useState(0.7);
  const [tune, setTune] = useState<Tune | null>(null);
  const keyAt = chosen < keys.length ? chosen : 0; // it may know fewer than before
  const key = keys[keyAt] ?? { tonic: 0, mode: "major" };
  const isWarm = temperature >= 0.05 && temperature <= 2;

  const compose = async () => {
    const wish: Wish = { seed: { key, style }, temperature, draw: Math.floor(2 ** 31 * Math.random()) };
    // the worker answers with what the experiment of this page returns
    const made = (await lab.ask(wish)) as Tune | null;
    if (made) setTune(made);
  };
  return (
    <>
      <div class="controls">
        <div class="control">
          <label for="tune-key">Key</label>
          <select id="tune-key" value={keyAt} onChange={(event) => setKey(Number(event.currentTarget.value))}>
            {keys.map(({ tonic, mode }, at) => (
              // the keys never change places
              <option key={at} value={at}>
                {chordName({ root: tonic, quality: "major" })} {mode}
              </option>
            ))}
          </select>
        </div>
        <div class="control">
          <label for="tune-style">Style</label>
          <select
            id="tune-style"
            value={style}
            onChange={(event) => setStyle(STYLES.find((each) => each === event.currentTarget.value) ?? "song")}
          >
            {STYLES.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </div>
        <NumberField
          id="tune-temperature"
          label="Temperature"
          value={temperature}
          from={0.05}
          to={2}
          note={{ text: "Low is sure, high is bold: 0.05 to 2.", isProblem: !isWarm }}
          onChange={setTemperature}
        />
        <button type="button" disabled={!isWarm || !lab.isOpen.value} onClick={() => void compose()}>
          Compose
        </button>
      </div>
      {tune ? <Composed key={tune.tokens.join()} tune={tune} /> : <p class="muted">Press Compose for a tune.</p>}
    </>
  );
}

function Composed({ tune }: { readonly tune: Tune }) {
  const player = usePlaying();
  const playing = player.playing.value;
  const [at, setAt] = useState<number | undefined>(undefined);
  useEffect(() => {
    if (!playing) return setAt(undefined);
    const timer = setInterval(() => setAt(playing.elapsed() / EIGHTH), 40);
    return () => clearInterval(timer);
  }, [playing]);
  const kept = tune.verdicts.filter(Boolean).length / tune.verdicts.length;
  return (
    <>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onClick={() => void player.toggle(() => playNotes(playedNotes(sheetOf(tune))))}
        >
          {player.isBusy.value ? "Stop the sound" : "Play it"}
        </button>
        <span data-answer="kept">{formatPercent(kept)} of its tokens keep the rules.</span>
      </div>
      <Failed error={player.failure.value} />
      <PianoRoll name="Your tune" tune={tune} {...(at === undefined ? {} : { at })} />
    </>
  );
}
