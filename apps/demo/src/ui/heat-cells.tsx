/** Shades of a cell: what is less than half of the faintest is left out. */
const LEVELS = 8;

/** Where a cell map lies within an SVG, and how large its cells are. */
export interface Grid {
  readonly left: number;
  readonly top: number;
  /** Extent of a cell. */
  readonly width: number;
  readonly height: number;
}

/**
 * Numbers from 0 to 1 as cells of more or less colour, within an SVG: a path for each shade, however many cells there are.
 * @param columns of the map, from left to right, each from the top down
 */
export function HeatCells({
  columns,
  grid: { left, top, width, height },
  kind,
}: {
  readonly columns: readonly ArrayLike<number>[];
  readonly grid: Grid;
  readonly kind: "loss" | "score";
}) {
  const paths = new Array<string>(LEVELS + 1).fill("");
  for (const [column, values] of columns.entries()) {
    for (let row = 0; row < values.length; row++) {
      const level = Math.round(LEVELS * Math.min(1, Math.max(0, values[row] ?? 0)));
      paths[level] += `M${left + column * width} ${top + row * height}h${width}v${height}h${-width}z`;
    }
  }
  return (
    <g class={`heat ${kind}`}>
      {paths.map((path, level) =>
        // the shades never change places
        level > 0 && path !== "" ? <path key={level} d={path} opacity={level / LEVELS} /> : null,
      )}
    </g>
  );
}
