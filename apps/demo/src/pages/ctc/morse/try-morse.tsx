import { useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { useAnswer } from "../../../lab/use-answer";
import { Decoding } from "./decoding";
import type { experiment } from "./experiment";
import type { Sound } from "./frames";
import { KeySource } from "./key-source";
import { MicrophoneSource } from "./microphone-source";
import { ALPHABETS } from "./settings";
import { TextSource } from "./text-source";

const SOURCES = { text: "a text", key: "a key that you press", microphone: "the microphone" } as const;
type Source = keyof typeof SOURCES;

/** Sound from one of three sources, and what is heard in it. */
export function TryMorse() {
  const [source, setSource] = useState<Source>("text");
  const [sound, setSound] = useState<Sound | null>(null);
  const heard = useAnswer<typeof experiment>(sound);
  const letters = String(lab.values.value.letters ?? "A to Z");
  const alphabet = Object.entries(ALPHABETS).find(([name]) => name === letters)?.[1] ?? ALPHABETS["A to Z"];
  return (
    <>
      <fieldset class="sources">
        <legend>Sound from</legend>
        {Object.entries(SOURCES).map(([name, label]) => (
          <label key={name}>
            <input
              type="radio"
              name="source"
              checked={name === source}
              onChange={() => {
                setSource(name as Source);
                setSound(null);
              }}
            />{" "}
            {label}
          </label>
        ))}
      </fieldset>
      {source === "text" && <TextSource alphabet={alphabet} onSound={setSound} />}
      {source === "key" && <KeySource onSound={setSound} />}
      {source === "microphone" && <MicrophoneSource onSound={setSound} />}
      {sound && heard && <Decoding heard={heard} sound={sound} />}
    </>
  );
}
