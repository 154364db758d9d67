import { useState } from "preact/hooks";
import { lab } from "../../../client/lab";
import { ask } from "../../../lab/ask";
import { TextFileButton } from "../../../ui/text-file-button";
import type { experiment } from "./experiment";
import { MOST_CHARACTERS } from "./own-text";

/** Text from the model: how it begins and how daring it is are the visitor's; so is what it learns from, if wanted. */
export function TryWriting() {
  const [beginning, begin] = useState("The ");
  const [temperature, setTemperature] = useState(0.7);
  const [written, setWritten] = useState<{ readonly beginning: string; readonly text: string } | null>(null);
  const [isWriting, setWriting] = useState(false);
  const isBusy = isWriting || !lab.isOpen.value;
  const write = async () => {
    setWriting(true);
    const seed = Math.floor(1e6 * Math.random());
    const text = await ask<typeof experiment>({ kind: "write", beginning, temperature, seed });
    if (typeof text === "string") setWritten({ beginning, text });
    setWriting(false);
  };
  return (
    <>
      <form
        class="controls"
        aria-label="Writing"
        onSubmit={(event) => {
          event.preventDefault();
          void write();
        }}
      >
        <div class="control">
          <label for="write-beginning">Begin with</label>
          <input
            id="write-beginning"
            value={beginning}
            maxLength={200}
            onInput={(event) => begin(event.currentTarget.value)}
          />
        </div>
        <div class="control">
          <label for="write-temperature">Temperature</label>
          <input
            id="write-temperature"
            type="range"
            min={0.1}
            max={1.5}
            step={0.1}
            value={temperature}
            onInput={(event) => setTemperature(event.currentTarget.valueAsNumber)}
          />
          <small class="muted">τ = {temperature.toFixed(1)}: low repeats itself, high invents</small>
        </div>
        <button type="submit" disabled={isBusy}>
          Write
        </button>
      </form>
      <p class="written" data-answer="written">
        {written ? (
          <>
            <strong>{written.beginning}</strong>
            {written.text}
          </>
        ) : (
          "–"
        )}
      </p>
      <OwnText isBusy={isBusy} />
    </>
  );
}

function OwnText({ isBusy }: { readonly isBusy: boolean }) {
  const path = lab.path.value;
  const learn = async (text: string) => {
    if (lab.path.value !== path) return; // the visitor left while the file was read
    const kept = await ask<typeof experiment>({ kind: "keep", text });
    if (kept !== null) await lab.reset({ ...lab.values.value, text: "your own file" });
  };
  return (
    <TextFileButton
      label="Learn from a file"
      accept="text/*,.md,.ts,.tsx,.js,.py,.c,.rs,.go,.java,.tex"
      most={MOST_CHARACTERS}
      disabled={isBusy}
      onText={learn}
    >
      <span class="muted">A text of yours, some ten thousand characters or more. It stays in this browser.</span>
    </TextFileButton>
  );
}
