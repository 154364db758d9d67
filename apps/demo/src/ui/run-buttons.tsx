import { lab } from "../client/lab";

/** Start and pause. */
export function RunButtons() {
  const status = lab.status.value;
  const isNew = lab.isNew.value;
  const draft = lab.draft.value;
  const isStuck = status !== "ready" || (isNew && draft?.isSound === false);
  return (
    <div class="buttons">
      {status === "running" ? (
        <button type="button" class="primary" onClick={() => void lab.pause()}>
          Pause
        </button>
      ) : (
        <button type="button" class="primary" disabled={isStuck} onClick={() => void lab.start()}>
          {lab.history.value.length === 0 ? "Start" : "Resume"}
        </button>
      )}
      <span class="muted" role="status">
        {WORDS[status]}
        {draft && !isNew && " Changed settings make another model: apply them to begin anew."}
      </span>
    </div>
  );
}

const WORDS = {
  opening: "Making the model …",
  ready: "Ready.",
  running: "Training.",
  pausing: "Keeping what was learned …",
  recovering: "The GPU was lost. Going on from what was kept …",
  gone: "Stopped.",
} as const;
