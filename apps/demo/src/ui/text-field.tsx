import { problemOf, type TextSetting } from "../experiment/settings";
import "./text-field.css";

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
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (file) onChange(await file.text());
    input.value = ""; // so that the same file can be chosen again
  };
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
      <div class="buttons">
        <label class="button">
          Read a file
          <input type="file" accept=".tsv,.txt,.csv,text/*" onChange={(event) => void read(event.currentTarget)} />
        </label>
      </div>
    </div>
  );
}
