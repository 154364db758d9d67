import { SCENE_COLOURS, SCENE_SHAPES, type SceneKind, type SceneObject, type SceneOptions } from "@unroll/data";
import { SIDE } from "./settings";

const UNTAUGHT = " (not taught)";

/** What an object of the scene is and where: all that can be done on the canvas, by the keyboard. */
export function ObjectFields({
  name,
  object,
  taught,
  onChange,
  onRemove,
}: {
  readonly name: string;
  readonly object: SceneObject;
  /** What the scenes have that it learns from; the rest is marked. */
  readonly taught: SceneOptions;
  readonly onChange: (object: SceneObject) => void;
  readonly onRemove?: (() => void) | undefined;
}) {
  const { colours = SCENE_COLOURS, shapes = SCENE_SHAPES } = taught;
  const edge = Math.ceil(object.size / 2) + 1;
  return (
    <fieldset class="object">
      <legend>{name}</legend>
      <label>
        Colour{" "}
        <select
          aria-label={`Colour: ${name}`}
          value={object.colour}
          onChange={({ currentTarget }) => onChange({ ...object, colour: currentTarget.value as SceneKind["colour"] })}
        >
          {SCENE_COLOURS.map((colour) => (
            <option key={colour} value={colour}>
              {colour}
              {!colours.includes(colour) && UNTAUGHT}
            </option>
          ))}
        </select>
      </label>
      <label>
        Shape{" "}
        <select
          aria-label={`Shape: ${name}`}
          value={object.shape}
          onChange={({ currentTarget }) => onChange({ ...object, shape: currentTarget.value as SceneKind["shape"] })}
        >
          {SCENE_SHAPES.map((shape) => (
            <option key={shape} value={shape}>
              {shape}
              {!shapes.includes(shape) && UNTAUGHT}
            </option>
          ))}
        </select>
      </label>
      {(["x", "y"] as const).map((axis) => (
        <label key={axis}>
          {axis === "x" ? "Across" : "Down"}{" "}
          <input
            type="range"
            aria-label={`${axis === "x" ? "Across" : "Down"}: ${name}`}
            min={edge}
            max={SIDE - edge}
            value={object[axis]}
            onInput={({ currentTarget }) => onChange({ ...object, [axis]: currentTarget.valueAsNumber })}
          />
        </label>
      ))}
      {onRemove && (
        <button type="button" onClick={onRemove}>
          Take it away
        </button>
      )}
    </fieldset>
  );
}
