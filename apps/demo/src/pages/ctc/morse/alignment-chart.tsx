import { HeatCells } from "../../../ui/heat-cells";
import { Scrollable } from "../../../ui/scrollable";
import { CELL, LEFT } from "./chart-grid";

/** Where the loss wants each letter of a text to be. */
export function AlignmentChart({
  alignment,
  sent,
}: {
  readonly alignment: readonly Float32Array[];
  readonly sent: string;
}) {
  const width = LEFT + CELL.width * alignment.length + 4;
  const height = CELL.height * sent.length + 4;
  const spans = [...sent].map((letter, row) => {
    const best = alignment.reduce((found, of, t) => ((of[row] ?? 0) > (alignment[found]?.[row] ?? 0) ? t : found), 0);
    return `${letter === " " ? "space" : letter} about step ${best + 1}`;
  });
  return (
    <Scrollable label="Alignment">
      <svg
        class="morse"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={`Where the loss wants the letters: ${spans.join(", ")}.`}
      >
        {[...sent].map((letter, row) => (
          // the letters of a text stay where they are
          <text key={row} class="tick" x={LEFT - 5} y={(row + 0.5) * CELL.height}>
            {letter.replace(" ", "sp")}
          </text>
        ))}
        <rect class="frame" x={LEFT} y={0} width={CELL.width * alignment.length} height={CELL.height * sent.length} />
        <HeatCells columns={alignment} grid={{ left: LEFT, top: 0, ...CELL }} kind="loss" />
      </svg>
    </Scrollable>
  );
}
