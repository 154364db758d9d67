import { useEffect, useState } from "preact/hooks";
import { formatPercent } from "../ui/format";
import { Alignment } from "./alignment";
import type { Made } from "./search";

/** How long each symbol stays while it plays, in milliseconds. */
const PACE = 450;

/** A sequence as it was decoded, symbol by symbol: what was written so far, and where each symbol looked. */
export function Decoding({ made, separator }: { readonly made: Made; readonly separator: "" | " " }) {
  const steps = made.symbols.length + 1; // and the end
  const [chosen, choose] = useState<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const step = Math.min(chosen ?? steps, steps);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      if (step < steps) return choose(step + 1);
      choose(null); // the end, of a longer answer too
      setPlaying(false);
    }, PACE);
    return () => clearTimeout(timer);
  }, [isPlaying, step, steps]);
  const play = () => {
    choose(1);
    setPlaying(true);
  };
  const last = step === steps ? "the end" : `“${made.symbols[step - 1] ?? ""}”`;
  return (
    <div class="decoding">
      <div class="buttons">
        <button type="button" onClick={() => (isPlaying ? setPlaying(false) : play())}>
          {isPlaying ? "Stop" : "Play the decoding"}
        </button>
        <label>
          Step{" "}
          <input
            type="range"
            min={1}
            max={steps}
            value={step}
            onInput={({ currentTarget }) => {
              setPlaying(false);
              const value = currentTarget.valueAsNumber;
              choose(value === steps ? null : value);
            }}
          />
        </label>
        <span class="muted">
          {step} of {steps}: {last}, {formatPercent(made.probabilities[step - 1] ?? 0)}
        </span>
      </div>
      <output aria-live="off">{made.symbols.slice(0, step).join(separator) || "…"}</output>
      <Alignment made={made} rows={step} label="Alignment: source across, target down" />
    </div>
  );
}
