import { useEffect, useMemo, useState } from "preact/hooks";
import { lab } from "../client/lab";
import { problemOf, valuesFrom } from "../experiment/check-values";
import type { Setting, Settings, Values } from "../experiment/settings";
import { NumberField } from "./number-field";
import { TextField } from "./text-field";

/** What the visitor may choose. A change takes effect by a reset, since it makes another model. */
export function Controls({ settings }: { readonly settings: Settings }) {
  const opened = JSON.stringify(lab.values.value);
  // by what they are: the same values, opened again, leave alone what the visitor is at
  const kept = useMemo<Values>(() => valuesFrom(settings, JSON.parse(opened)), [settings, opened]);
  const [chosen, choose] = useState<Values>(kept);
  useEffect(() => {
    choose(kept);
  }, [kept]);
  const problems = Object.entries(settings).filter(([name, setting]) => problemOf(setting, chosen[name]) !== null);
  const isChanged = Object.keys(settings).some((name) => chosen[name] !== kept[name]);
  const isBusy = ["opening", "recovering"].includes(lab.status.value);
  const isUnknown = lab.status.value === "opening" && lab.about.value === null; // with what it will be opened
  const isSound = problems.length === 0;
  useEffect(() => {
    lab.draft.value = isChanged ? { values: chosen, isSound } : null;
  }, [chosen, isChanged, isSound]);

  return (
    <form
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSound) void lab.reset(chosen);
      }}
    >
      <fieldset class="controls" disabled={isUnknown}>
        {Object.entries(settings).map(([name, setting]) => (
          <Control
            key={name}
            name={name}
            setting={setting}
            value={chosen[name] ?? setting.value}
            onChange={(value) => choose({ ...chosen, [name]: value })}
          />
        ))}
        <button type="submit" disabled={isBusy || !isSound}>
          {isChanged ? "Apply and reset" : "Reset"}
        </button>
      </fieldset>
    </form>
  );
}

function Control({
  name,
  setting,
  value,
  onChange,
}: {
  readonly name: string;
  readonly setting: Setting;
  readonly value: string | number;
  readonly onChange: (value: string | number) => void;
}) {
  const id = `setting-${name}`;
  if (setting.kind === "number") {
    const problem = problemOf(setting, value);
    const text = problem ?? setting.hint;
    return (
      <NumberField
        id={id}
        label={setting.label}
        value={Number(value)}
        from={setting.from}
        to={setting.to}
        isWhole={setting.step === 1}
        note={text === undefined ? undefined : { text, isProblem: problem !== null }}
        onChange={onChange}
      />
    );
  }
  if (setting.kind === "text") {
    return <TextField id={id} setting={setting} value={String(value)} onChange={onChange} />;
  }
  return (
    <div class="control">
      <label for={id}>{setting.label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={setting.hint && `${id}-hint`}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {setting.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
      {setting.hint && (
        <small id={`${id}-hint`} class="muted">
          {setting.hint}
        </small>
      )}
    </div>
  );
}
