import { problemOf } from "../experiment/check-values";
import type { TextSetting } from "../experiment/settings";
import { TextFileButton } from "./text-file-button";
import "./text-field.css";

/** More characters than any setting takes, so that a file of more is told to be too long. */
const MOST_CHARACTERS = 1_000_000;

/** A text of several lines, typed here or read from a file of the visitor's, which stays on this device. */
export function TextField({
  id,
  setting,
  value,
  onChange,
}: {
  readonly id: string;
  readonly setting: TextSetting;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const problem = problemOf(setting, value);
  const note = problem ?? setting.hint;
  return (
    <div class="control text">
      <label for={id}>{setting.label}</label>
      <textarea
        id={id}
        rows={8}
        value={value}
        spellcheck={false}
        aria-invalid={problem !== null}
        aria-describedby={note && `${id}-note`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {note && (
        <small id={`${id}-note`} class={problem === null ? "muted" : "failure"}>
          {note}
        </small>
      )}
      <TextFileButton label="Read a file" accept=".tsv,.txt,.csv,text/*" most={MOST_CHARACTERS} onText={onChange} />
    </div>
  );
}
