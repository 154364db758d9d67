import { useEffect, useState } from "preact/hooks";

/** A number to be typed, between limits. What is typed stays as it is, half a number too, until another value is given. */
export function NumberField({
  id,
  label,
  value,
  from,
  to,
  isWhole = false,
  note,
  onChange,
}: {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly isWhole?: boolean;
  /** What is said below it: a hint, or what is wrong. */
  readonly note?: { readonly text: string; readonly isProblem: boolean } | undefined;
  /** NaN while it is no number. */
  readonly onChange: (value: number) => void;
}) {
  const [text, setText] = useState(String(value));
  useEffect(() => {
    if (!Number.isNaN(value)) setText((typed) => (Number(typed) === value && typed !== "" ? typed : String(value)));
  }, [value]);
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={from}
        max={to}
        step={isWhole ? 1 : "any"}
        value={text}
        aria-invalid={note?.isProblem ?? false}
        aria-describedby={note && `${id}-note`}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          onChange(currentTarget.valueAsNumber);
        }}
      />
      {note && (
        <small id={`${id}-note`} class={note.isProblem ? "failure" : "muted"}>
          {note.text}
        </small>
      )}
    </div>
  );
}
