import { formatPercent } from "../../../ui/format";
import { Scrollable } from "../../../ui/scrollable";
import type { KnownEarly } from "./experiment";

const SIZE = { width: 640, height: 220, left: 56, right: 16, top: 10, bottom: 34 };

/** How many digits are known by how much of them is written. */
export function EarlyChart({ known }: { readonly known: KnownEarly }) {
  const across = (part: number) => SIZE.left + (SIZE.width - SIZE.left - SIZE.right) * part;
  const up = (share: number) => SIZE.top + (SIZE.height - SIZE.top - SIZE.bottom) * (1 - share);
  const points = known.map((share, at) => `${across((at + 1) / known.length)},${up(share)}`);
  const half = known[Math.floor(known.length / 2) - 1] ?? 0;
  const label = `Known: ${formatPercent(half)} when half is written, ${formatPercent(known.at(-1) ?? 0)} at the end.`;
  return (
    <Scrollable label="How early digits are known">
      <svg class="chart" viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={label}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line class="grid" x1={SIZE.left} x2={SIZE.width - SIZE.right} y1={up(share)} y2={up(share)} />
            <text class="tick end" x={SIZE.left - 8} y={up(share)}>
              {formatPercent(share)}
            </text>
          </g>
        ))}
        <line
          class="grid"
          x1={SIZE.left}
          x2={SIZE.width - SIZE.right}
          y1={up(0.1)}
          y2={up(0.1)}
          stroke-dasharray="4 4"
        />
        <text class="tick end" x={SIZE.width - SIZE.right} y={up(0.1) - 10}>
          by chance
        </text>
        {[
          { part: 0.05, words: "begun" },
          { part: 0.5, words: "half written" },
        ].map(({ part, words }) => (
          <text key={words} class="tick" x={across(part)} y={SIZE.height - 12}>
            {words}
          </text>
        ))}
        <text class="tick end" x={SIZE.width - SIZE.right} y={SIZE.height - 12}>
          whole
        </text>
        <polyline class="series score" points={points.join(" ")} />
      </svg>
      <p>{label}</p>
    </Scrollable>
  );
}
