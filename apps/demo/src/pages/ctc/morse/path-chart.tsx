import { HeatCells } from "../../../ui/heat-cells";
import { Scrollable } from "../../../ui/scrollable";
import { CELL, LEFT } from "./chart-grid";
import type { Said } from "./experiment";

const SOUND = 44;
const TOP = SOUND + 10;

/**
 * The sound, below it what the network says at each step, and the path of the likeliest class through it.
 * @param frames how loud the tone is, from −1 to 1, two to a step
 */
export function PathChart({
  name,
  said: { probabilities, path, alphabet, text },
  frames,
  at,
}: {
  /** Another for each on a page. */
  readonly name: string;
  readonly said: Said;
  readonly frames: Float32Array;
  /** A step to be marked. */
  readonly at?: number | undefined;
}) {
  const symbols = ["blank", ...alphabet];
  const width = LEFT + CELL.width * probabilities.length + 4;
  const height = TOP + CELL.height * symbols.length + 4;
  const points = path.map((label, t) => `${LEFT + (t + 0.5) * CELL.width},${TOP + (label + 0.5) * CELL.height}`);
  const sure = Math.round(100 * mean(probabilities.map((of, t) => of[path[t] ?? 0] ?? 0)));
  const label = `${probabilities.length} steps. The path says “${text}”, at ${sure} % a step on average.`;
  return (
    <Scrollable label={name}>
      <svg
        class="morse"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={label}
      >
        <path class="sound" d={soundPath(frames)} />
        {symbols.map((symbol, row) => (
          <text key={symbol} class="tick" x={LEFT - 5} y={TOP + (row + 0.5) * CELL.height}>
            {symbol === "blank" ? "–" : symbol.replace(" ", "sp")}
          </text>
        ))}
        <rect class="frame" x={LEFT} y={TOP} width={CELL.width * path.length} height={CELL.height * symbols.length} />
        <HeatCells columns={probabilities} grid={{ left: LEFT, top: TOP, ...CELL }} kind="score" />
        <polyline class="path" points={points.join(" ")} />
        {at !== undefined && (
          <rect class="cursor" x={LEFT + at * CELL.width} y={1} width={CELL.width} height={height - 3} />
        )}
      </svg>
    </Scrollable>
  );
}

/** The outline of a sound's loudness. */
function soundPath(frames: Float32Array): string {
  const steps = [...frames].map((loudness) => `V${SOUND - (SOUND - 4) * Math.max(0, loudness)}h${CELL.width / 2}`);
  return `M${LEFT} ${SOUND}${steps.join("")}V${SOUND}z`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
