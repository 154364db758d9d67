import { HeatCells } from "../../../ui/heat-cells";
import { Scrollable } from "../../../ui/scrollable";

const CELL = { width: 16, height: 16 };
const LEFT = 24;

/** The probability of each digit after each step of the pen. */
export function Beliefs({ steps }: { readonly steps: readonly (readonly number[])[] }) {
  const width = LEFT + CELL.width * steps.length + 4;
  const height = CELL.height * 10 + 4;
  const best = steps.map((of) => of.indexOf(Math.max(...of)));
  const changes = best.filter((digit, at) => digit !== best[at - 1]);
  return (
    <Scrollable label="Step by step">
      <svg
        class="beliefs"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={`After ${steps.length} steps; it took it for ${changes.join(", then ")}.`}
      >
        {Array.from({ length: 10 }, (_, digit) => (
          // the digits never change places
          <text key={digit} x={LEFT - 8} y={(digit + 0.5) * CELL.height}>
            {digit}
          </text>
        ))}
        <rect class="frame" x={LEFT} y={0} width={CELL.width * steps.length} height={CELL.height * 10} />
        <HeatCells columns={steps} grid={{ left: LEFT, top: 0, ...CELL }} kind="score" />
      </svg>
    </Scrollable>
  );
}
