import { lab } from "../client/lab";

/** Start and pause. */
export function RunButtons() {
  const status = lab.status.value;
  const isNew = lab.history.value.length === 0;
  return (
    <div class="buttons">
      {status === "running" ? (
        <button type="button" class="primary" onClick={() => void lab.pause()}>
          Pause
        </button>
      ) : (
        <button type="button" class="primary" disabled={status !== "ready"} onClick={() => void lab.start()}>
          {isNew ? "Start" : "Resume"}
        </button>
      )}
      <span class="muted" role="status">
        {WORDS[status]}
      </span>
    </div>
  );
}

const WORDS = {
  opening: "Making the model …",
  ready: "Ready.",
  running: "Training.",
  recovering: "The GPU was lost. Going on from what was kept …",
  gone: "Stopped.",
} as const;
