import { useMemo, useState } from "preact/hooks";
import { formatFixed } from "../../../ui/format";
import { Scrollable } from "../../../ui/scrollable";
import type { Cells } from "./experiment";
import { FEATURES } from "./features";
import { search } from "./search";

/** Shades of either colour: neighbours of one shade are one piece of text. */
const SHADES = 6;

/** A text coloured by what one unit holds after each character, and a search for units that keep track of something. */
export function CellsView({ cells }: { readonly cells: Cells }) {
  const [chosen, choose] = useState<number | null>(null);
  const [name, setName] = useState(FEATURES[0]?.name ?? "");
  const characters = useMemo(() => [...cells.text], [cells]);
  const found = useMemo(() => {
    const feature = FEATURES.find((each) => each.name === name);
    return feature ? search(cells, feature.of(characters)) : [];
  }, [cells, characters, name]);
  const unit = Math.min(chosen ?? found[0]?.unit ?? 0, cells.units - 1);
  return (
    <>
      <div class="controls">
        <div class="control">
          <label for="cells-feature">Units that track</label>
          <select
            id="cells-feature"
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              choose(null);
            }}
          >
            {FEATURES.map((feature) => (
              <option key={feature.name}>{feature.name}</option>
            ))}
          </select>
        </div>
        <div class="control">
          <label for="cells-unit">Unit</label>
          <input
            id="cells-unit"
            type="range"
            min={1}
            max={cells.units}
            value={unit + 1}
            onInput={(event) => choose(event.currentTarget.valueAsNumber - 1)}
          />
          <small class="muted" data-answer="unit">
            unit {unit + 1} of {cells.units}
          </small>
        </div>
      </div>
      <div class="buttons">
        {found.length === 0 && <span class="muted">There are no {name} in this text.</span>}
        {found.map((each) => (
          <button
            type="button"
            key={each.unit}
            class="found"
            aria-pressed={each.unit === unit}
            onClick={() => choose(each.unit)}
          >
            unit {each.unit + 1} <small>r = {formatFixed(each.correlation, 2)}</small>
          </button>
        ))}
      </div>
      <Scrollable label={`The text, coloured by unit ${unit + 1}`}>
        <p class="cells">
          {piecesOf(cells, characters, unit).map(({ text, shade }, at) => (
            <span key={at} style={shade === 0 ? undefined : { backgroundColor: colourOf(shade) }}>
              {text}
            </span>
          ))}
        </p>
      </Scrollable>
      <p class="muted">
        <span class="swatch" style={{ backgroundColor: colourOf(SHADES) }} /> near 1{" "}
        <span class="swatch" style={{ backgroundColor: colourOf(-SHADES) }} /> near −1, after the character
      </p>
    </>
  );
}

/** On light and on dark paper alike, text stays readable on the strongest. */
function colourOf(shade: number): string {
  const opacity = (0.5 * Math.abs(shade)) / SHADES;
  return shade > 0 ? `rgb(50 130 215 / ${opacity})` : `rgb(225 125 40 / ${opacity})`;
}

function piecesOf({ values, units }: Cells, characters: readonly string[], unit: number) {
  const pieces: { text: string; shade: number }[] = [];
  for (const [at, character] of characters.entries()) {
    const shade = Math.round((SHADES * (values[at * units + unit] ?? 0)) / 127);
    const last = pieces.at(-1);
    if (last && last.shade === shade) last.text += character;
    else pieces.push({ text: character, shade });
  }
  return pieces;
}
