import { formatNumber } from "../../../ui/format";
import { Scrollable } from "../../../ui/scrollable";
import type { Norms } from "./experiment";

const SIZE = { width: 720, height: 220, left: 60, bottom: 34, top: 12 };
/** The chart reaches from 10^LEAST to 10^MOST. */
const [LEAST, MOST] = [-9, 1];

/** The norm of the gradient at each step, on a logarithmic scale: a line that falls to the left is memory that fades. */
export function NormChart({ norms }: { readonly norms: Norms }) {
  const { hidden, cell } = norms;
  const across = (step: number) => SIZE.left + ((SIZE.width - SIZE.left - 8) * step) / Math.max(1, hidden.length - 1);
  const up = (norm: number) => {
    const exponent = Math.min(MOST, Math.max(LEAST, Math.log10(Math.max(norm, 1e-30))));
    return SIZE.top + ((SIZE.height - SIZE.top - SIZE.bottom) * (MOST - exponent)) / (MOST - LEAST);
  };
  // a norm of exactly 0 lies nowhere on a logarithmic scale: nothing reaches the last c, which only h reads
  const line = (values: readonly number[]) =>
    values.flatMap((norm, step) => (norm === 0 ? [] : [`${across(step)},${up(norm)}`])).join(" ");
  const [first = 0, last = 0] = [hidden[0], hidden.at(-1)];
  const label = `Norm of the gradient: ${formatNumber(last)} at the last step, ${formatNumber(first)} at the first.`;
  return (
    <Scrollable label="Gradient over time">
      <svg class="chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={label}>
        {[-9, -6, -3, 0].map((exponent) => (
          <g key={exponent}>
            <line class="grid" x1={SIZE.left} x2={SIZE.width} y1={up(10 ** exponent)} y2={up(10 ** exponent)} />
            <text class="tick end" x={SIZE.left - 8} y={up(10 ** exponent)}>
              {exponent === 0 ? "1" : `1e${exponent}`}
            </text>
          </g>
        ))}
        <text class="tick start" x={SIZE.left} y={SIZE.height - 10}>
          step 1, which tells
        </text>
        <text class="tick end" x={SIZE.width} y={SIZE.height - 10}>
          step {hidden.length}, where the loss is
        </text>
        <polyline class="series loss" points={line(hidden)} />
        {cell && <polyline class="series score" points={line(cell)} />}
      </svg>
      <p>
        <span class="key loss">‖∂L/∂h‖</span> {cell && <span class="key score">‖∂L/∂c‖, through the next c</span>}
      </p>
    </Scrollable>
  );
}
