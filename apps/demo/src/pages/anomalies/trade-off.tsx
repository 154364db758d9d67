import type { Verdict } from "./detection";

const SIZE = { width: 300, height: 240, left: 58, bottom: 40, top: 10, right: 10 };

/** Precision over recall for every threshold, and where the chosen one is. */
export function TradeOff({
  judged,
  chosen,
}: {
  readonly judged: readonly { readonly verdict: Verdict }[];
  readonly chosen: Verdict;
}) {
  const across = (recall: number) => SIZE.left + (SIZE.width - SIZE.left - SIZE.right) * recall;
  const up = (precision: number) => SIZE.height - SIZE.bottom - (SIZE.height - SIZE.bottom - SIZE.top) * precision;
  const points = judged.map(
    ({ verdict }) => `${across(verdict.recall).toFixed(1)},${up(verdict.precision).toFixed(1)}`,
  );
  return (
    <svg
      class="trade-off"
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      role="img"
      aria-label="Precision over recall for thresholds from 0 to 1, with the chosen one marked."
    >
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={across(0)} x2={across(1)} y1={up(share)} y2={up(share)} />
          <line class="grid" x1={across(share)} x2={across(share)} y1={up(0)} y2={up(1)} />
          <text class="tick end" x={SIZE.left - 6} y={up(share)}>
            {share}
          </text>
          <text class="tick middle" x={across(share)} y={up(0) + 14}>
            {share}
          </text>
        </g>
      ))}
      <polyline class="series" points={points.join(" ")} />
      <circle cx={across(chosen.recall)} cy={up(chosen.precision)} r="6" />
      <text class="tick middle" x={across(0.5)} y={SIZE.height - 8}>
        recall
      </text>
      <text class="tick middle" transform={`translate(14 ${up(0.5)}) rotate(-90)`}>
        precision
      </text>
    </svg>
  );
}
