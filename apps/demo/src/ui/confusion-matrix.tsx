import { formatPercent } from "./format";
import { Scrollable } from "./scrollable";
import "./confusion-matrix.css";

/** How often each class was taken for each. */
export interface Confusion {
  readonly classes: readonly string[];
  /** counts[truth][said] */
  readonly counts: readonly (readonly number[])[];
}

const LABELS = { left: 84, top: 76 };
/** With few classes there is room for a number in each cell. */
const MOST_NUMBERED = 8;

/** A row for what is true, a column for what was said: the more of a row, the darker. Right answers are on the diagonal. */
export function ConfusionMatrix({ of, what }: { readonly of: Confusion; readonly what: string }) {
  const { classes, counts } = of;
  const isNumbered = classes.length <= MOST_NUMBERED;
  const cell = isNumbered ? 36 : 22;
  const width = LABELS.left + classes.length * cell + (isNumbered ? 30 : 44); // room for the last slanted label
  const height = LABELS.top + classes.length * cell;
  const totals = counts.map((row) =>
    Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    ),
  );
  const share = (truth: number, said: number): number => (counts[truth]?.[said] ?? 0) / (totals[truth] ?? 1);
  return (
    <Scrollable label={`Confusion matrix of ${what}`}>
      <svg
        class="confusion"
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: `${width}px` }}
        role="img"
        aria-label={inWords(of, totals)}
      >
        {classes.map((name, at) => (
          <g key={name}>
            <text class="row" x={LABELS.left - 8} y={LABELS.top + (at + 0.5) * cell}>
              {name}
            </text>
            <text
              class="column"
              transform={`translate(${LABELS.left + (at + 0.5) * cell} ${LABELS.top - 8}) rotate(-50)`}
            >
              {name}
            </text>
          </g>
        ))}
        {classes.flatMap((truth, row) =>
          classes.map((said, column) => (
            <g key={`${truth} ${said}`}>
              <rect
                class={row === column ? "right" : "wrong"}
                x={LABELS.left + column * cell + 1}
                y={LABELS.top + row * cell + 1}
                width={cell - 2}
                height={cell - 2}
                rx="3"
                fill-opacity={0.04 + 0.5 * share(row, column)}
              >
                <title>{`${truth} taken for ${said}: ${counts[row]?.[column] ?? 0} of ${totals[row]}`}</title>
              </rect>
              {isNumbered && share(row, column) > 0 && (
                <text class="count" x={LABELS.left + (column + 0.5) * cell} y={LABELS.top + (row + 0.5) * cell}>
                  {Math.round(100 * share(row, column))}
                </text>
              )}
            </g>
          )),
        )}
      </svg>
      <p class="muted">
        A row for what is true, a column for what was said{isNumbered ? ", in percent of the row" : ""}.
      </p>
    </Scrollable>
  );
}

/** The matrix for who does not see it: how much is right, and the worst mistake. */
function inWords({ classes, counts }: Confusion, totals: readonly number[]): string {
  const all = totals.reduce((sum, total) => sum + total, 0);
  const right = counts.reduce((sum, row, truth) => sum + (row[truth] ?? 0), 0);
  const mistakes = counts.flatMap((row, truth) =>
    row.map((count, said) => ({ truth, said, share: truth === said ? 0 : count / (totals[truth] ?? 1) })),
  );
  const worst = mistakes.reduce((most, each) => (each.share > most.share ? each : most), {
    truth: 0,
    said: 0,
    share: 0,
  });
  const most =
    worst.share === 0
      ? "None is taken for another."
      : `The most frequent mistake: ${classes[worst.truth]} taken for ${classes[worst.said]}, ${formatPercent(worst.share)}.`;
  return `${formatPercent(right / all)} are right. ${most}`;
}
