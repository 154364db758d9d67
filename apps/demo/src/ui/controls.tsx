import { useEffect, useState } from "preact/hooks";
import { lab } from "../client/lab";
import { problemOf, type Setting, type Settings, type Values } from "../experiment/settings";

/** What the visitor may choose. A change takes effect by a reset, since it makes another model. */
export function Controls({ settings }: { readonly settings: Settings }) {
  const kept = lab.values.value;
  const [chosen, choose] = useState<Values>(kept);
  useEffect(() => {
    choose(kept);
  }, [kept]);
  const problems = Object.entries(settings).filter(([name, setting]) => problemOf(setting, chosen[name]) !== null);
  const isChanged = Object.keys(settings).some((name) => chosen[name] !== kept[name]);
  const isBusy = ["opening", "recovering", "gone"].includes(lab.status.value);

  return (
    <form
      class="controls"
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        if (problems.length === 0) void lab.reset(chosen);
      }}
    >
      {Object.entries(settings).map(([name, setting]) => (
        <Control
          key={name}
          name={name}
          setting={setting}
          value={chosen[name] ?? setting.value}
          onChange={(value) => choose({ ...chosen, [name]: value })}
        />
      ))}
      <button type="submit" disabled={isBusy || problems.length > 0}>
        {isChanged ? "Apply and reset" : "Reset"}
      </button>
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
  const problem = problemOf(setting, value);
  const note = problem ?? setting.hint;
  const described = note ? { "aria-describedby": `${name}-note` } : {};
  return (
    <div class="control">
      <label for={`setting-${name}`}>{setting.label}</label>
      {setting.kind === "choice" ? (
        <select
          id={`setting-${name}`}
          name={name}
          value={value}
          {...described}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {setting.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      ) : (
        <input
          id={`setting-${name}`}
          name={name}
          type="number"
          min={setting.from}
          max={setting.to}
          step={setting.step === 1 ? 1 : "any"}
          value={value}
          aria-invalid={problem !== null}
          {...described}
          onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
        />
      )}
      {note && (
        <small id={`${name}-note`} class={problem ? "failure" : "muted"}>
          {note}
        </small>
      )}
    </div>
  );
}
