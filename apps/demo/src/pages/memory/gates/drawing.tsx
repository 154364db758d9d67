import { formatNumber } from "../../../ui/format";
import type { Gates } from "./cell";

/** Height of a gate that is wide open. */
const OPEN = 40;
/** A memory of this size fills its box. */
const FULL = 10;
const BOX = 80;

/** The cell: input, memory and output from left to right, a gate between each, and the loop by which the memory stays. */
export function CellDrawing({
  x,
  memory,
  shown,
  gates,
}: {
  /** Null where there is none. */
  readonly x: number | null;
  readonly memory: number;
  readonly shown: number;
  readonly gates: Gates;
}) {
  const level = (Math.min(Math.abs(memory), FULL) / FULL) * BOX;
  const input = x === null ? "–" : formatNumber(x);
  const label =
    `Input ${x === null ? "none" : input}, input gate ${formatNumber(gates.input)}, memory ${formatNumber(memory)}, ` +
    `forget gate ${formatNumber(gates.forget)}, output gate ${formatNumber(gates.output)}, output ${formatNumber(shown)}.`;
  return (
    <svg class="gates" viewBox="0 0 420 210" role="img" aria-label={label}>
      <text x="35" y="140">
        {input}
      </text>
      <text class="small" x="35" y="165">
        input x
      </text>
      <line x1="60" x2="95" y1="140" y2="140" />
      <Gate x={110} y={140} open={gates.input} name="i" />
      <line x1="125" x2="165" y1="140" y2="140" />
      <rect class="cell" x="170" y="100" width={BOX} height={BOX} rx="8" />
      <rect
        class={memory < 0 ? "level negative" : "level"}
        x="171"
        y={100 + BOX - level}
        width={BOX - 2}
        height={level}
      />
      <text x="210" y="140">
        {formatNumber(memory)}
      </text>
      <text class="small" x="210" y="196">
        memory c
      </text>
      <path d="M 240 100 C 260 40, 225 40, 225 40 M 195 40 C 160 40, 180 100, 180 100" />
      <Gate x={210} y={40} open={gates.forget} name="f" isLevel />
      <line x1="255" x2="295" y1="140" y2="140" />
      <Gate x={310} y={140} open={gates.output} name="o" />
      <line x1="325" x2="360" y1="140" y2="140" />
      <text x="385" y="140">
        {formatNumber(shown)}
      </text>
      <text class="small" x="385" y="165">
        output h
      </text>
    </svg>
  );
}

/** Two leaves that part as far as the gate is open. */
function Gate({
  x,
  y,
  open,
  name,
  isLevel = false,
}: {
  readonly x: number;
  readonly y: number;
  readonly open: number;
  readonly name: string;
  readonly isLevel?: boolean;
}) {
  const leaf = (OPEN * (1 - open)) / 2;
  const half = OPEN / 2;
  return (
    <g transform={`translate(${x} ${y})${isLevel ? " rotate(90)" : ""}`}>
      <rect class="gate" x="-4" y={-half} width="8" height={leaf} />
      <rect class="gate" x="-4" y={half - leaf} width="8" height={leaf} />
      <rect class="frame" x="-6" y={-half - 2} width="12" height={OPEN + 4} rx="3" />
      <text
        class="small"
        x={isLevel ? -30 : 0}
        y={isLevel ? 0 : -30}
        transform={isLevel ? "rotate(-90 -30 0)" : undefined}
      >
        {name}
      </text>
    </g>
  );
}
